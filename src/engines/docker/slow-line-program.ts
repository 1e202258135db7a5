/**
 * Holds back what arrives at one interface, without help of the kernel's traffic control, of which many kernels have next to
 * nothing (no netem, no packet queue). It hears each packet before the packet filter drops it, and sends it to the host itself when
 * its time has come; sender and ports stay, so that no program tells the difference. Runs in a sidecar.
 *
 * Argument: the interface's address. Each line of input is `<delay ms> <share lost>`, and is answered by a line when it is in force;
 * the end of input ends it all, and nothing that is under way is lost.
 */
export const slowLineProgram = String.raw`
use strict;
use Socket;
use Time::HiRes 'time';

my ($address) = @ARGV;
my ($device) = map { / inet \Q$address\E\// ? (split)[1] : () } qx(ip -o -4 address show);
open my $number, '<', "/sys/class/net/$device/ifindex" or die "no interface has $address\n";

# linux/if_packet.h: AF_PACKET 17, ETH_P_IP 0x0800, PACKET_OUTGOING 4; sys/socket.h: SO_MARK 36.
socket(my $in, 17, SOCK_DGRAM, unpack('S', pack 'n', 0x0800)) or die "packet socket: $!\n";
bind($in, pack 'S n i S C C a8', 17, 0x0800, 0 + <$number>, 0, 0, 0, '') or die "bind: $!\n";
setsockopt($in, SOL_SOCKET, SO_RCVBUF, 4 << 20);
socket(my $out, AF_INET, SOCK_RAW, 255) or die "raw socket: $!\n";
setsockopt($out, SOL_SOCKET, 36, pack 'i', 1) or die "mark: $!\n";

my (@held, $seen);
my ($delay, $loss) = (0, 0);

sub filter {
  open my $nft, '|-', 'nft', '-f', '-' or die "nft: $!\n";
  print $nft "table ip line_$device\ndelete table ip line_$device\n", @_;
  close $nft or die "nft failed\n";
}

sub hear {
  my $from = recv($in, my $packet, 70000, MSG_DONTWAIT);
  return unless defined $from;
  push @held, [time + $delay / 1000, $packet] if unpack('x10 C', $from) != 4 && rand() >= $loss;
  return 1;
}

sub checksum {
  my $sum = unpack '%32n*', $_[0] . "\0" x (length($_[0]) % 2);
  $sum = ($sum & 0xffff) + ($sum >> 16) for 1, 2;
  return ~$sum & 0xffff;
}

# Between containers the kernel leaves checksums undone.
sub pass {
  my ($packet) = @_;
  my ($first, $fragment, $protocol, $to) = unpack 'C x5 n x C x6 a4', $packet;
  my $at = ($first & 15) * 4;
  if (!($fragment & 0x3fff) && $protocol == 17) { substr($packet, $at + 6, 2) = "\0\0" }
  if (!($fragment & 0x3fff) && $protocol == 6) {
    substr($packet, $at + 16, 2) = "\0\0";
    my $segment = substr $packet, $at;
    substr($packet, $at + 16, 2) = pack 'n', checksum(substr($packet, 12, 8) . pack('n n', 6, length $segment) . $segment);
  }
  send $out, $packet, 0, pack_sockaddr_in(0, $to);
}

$| = 1;
filter(qq(table ip line_$device {\n chain in {\n type filter hook prerouting priority -300;\n iifname "$device" drop\n }\n}\n));
# What came before the filter was there has passed by itself.
1 while hear();
@held = ();

my ($ears, $input) = ('', '');
vec($ears, fileno $_, 1) = 1 for $in, *STDIN;
while (1) {
  my $wait = @held ? $held[0][0] - time : undef;
  select my $ready = $ears, undef, undef, defined $wait && $wait < 0 ? 0 : $wait;
  if (vec $ready, fileno STDIN, 1) {
    sysread STDIN, $input, 100, length $input or last;
    while ($input =~ s/^(\S+) (\S+)\n//) { ($delay, $loss) = ($1, $2); print "in force\n" }
  }
  1 while hear();
  pass((shift @held)->[1]) while @held && $held[0][0] <= time;
}
filter();
1 while hear();
pass($_->[1]) for @held;
`;
