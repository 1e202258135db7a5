# Holds TCP dialogues: reads steps on standard input, one a line, and answers those that hear something with a line.
#   connect ADDRESS PORT      -> ok | error TEXT
#   send HEX | repeat HEX TIMES HEX | close | wait SECONDS
#   receive REPLIES LIMIT END -> HEX open|closed   (END 1: up to the end of the connection; no more than LIMIT seconds)
#   silent SECONDS            -> HEX open|closed   (whatever comes meanwhile)
use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;
use Time::HiRes qw(time sleep);

$| = 1;
$SIG{PIPE} = 'IGNORE';
my @open;

sub text { return pack 'H*', shift // '' }

# Bytes of the current connection that make up so many whole replies; undef while they have not come.
sub replies {
    my ($heard, $count) = @_;
    my $end = 0;
    while ($count > 0 && substr($heard, $end) =~ /^(?:(?!\d{3}(?: |\r?$))[^\n]*\n)*?\d{3}(?: [^\n]*|\r?)\n/m) {
        $end += $+[0];
        $count--;
    }
    return $count == 0 ? $end : undef;
}

sub listen_until {
    my ($c, $limit, $done) = @_;
    my $deadline = time + $limit;
    until ($done->()) {
        my $left = $deadline - time;
        last if $left <= 0 || $c->{closed};
        next unless IO::Select->new($c->{socket})->can_read($left);
        my $read = sysread $c->{socket}, my $bytes, 65536;
        if ($read) { $c->{heard} .= $bytes }
        else { $c->{closed} = 1 }
    }
}

while (my $line = <STDIN>) {
    chomp $line;
    my ($verb, @words) = split / /, $line, -1;
    my $c = $open[-1];
    if ($verb eq 'connect') {
        my $socket = IO::Socket::INET->new(PeerAddr => $words[0], PeerPort => $words[1], Proto => 'tcp', Timeout => 30);
        if ($socket) { push @open, { socket => $socket, heard => '', closed => 0 }; print "ok\n" }
        else { print "error $!\n" }
    }
    elsif ($verb eq 'wait') { sleep $words[0] }
    elsif (!$c) { print " closed\n" if $verb eq 'receive' || $verb eq 'silent' }
    elsif ($verb eq 'send') { syswrite $c->{socket}, text($words[0]) }
    elsif ($verb eq 'repeat') { print { $c->{socket} } text($words[0]) x $words[1] . text($words[2]); $c->{socket}->flush }
    elsif ($verb eq 'close') { pop(@open)->{socket}->close }
    else {
        my ($count, $limit, $to_end) = $verb eq 'silent' ? (0, $words[0], 1) : @words;
        listen_until($c, $limit, sub { !$to_end && defined replies($c->{heard}, $count) });
        my $end = $to_end ? undef : replies($c->{heard}, $count);
        $end = length $c->{heard} unless defined $end;
        my $heard = substr $c->{heard}, 0, $end, '';
        print unpack('H*', $heard), $c->{closed} ? " closed\n" : " open\n";
    }
}
