import { quoteWord } from "../../src/base/shell-words.ts";

/** What a learner who is root tries in order to get out, one attempt a line: name, protocol, address, port, and the device to bind to or `-`. */
export interface Attempt {
  readonly name: string;
  readonly protocol: "tcp" | "udp";
  readonly address: string;
  readonly port: number;
  readonly device: string;
}

/** Reads attempts on stdin, makes them all at once, and prints for each its name and what the system said. A datagram's text is the name. */
const script = String.raw`
use strict; use Socket qw(:DEFAULT inet_pton pack_sockaddr_in6 getaddrinfo IPPROTO_IPV6); use Errno;
my @tries = map { chomp; [split / /] } <STDIN>;
$| = 1;
for (@tries) {
  my ($name, $protocol, $address, $port, $device) = @$_;
  next if fork;
  my $six = $address =~ /:/;
  my ($plain, $scope) = split /%/, $address;
  my $to = $six ? pack_sockaddr_in6($port, inet_pton(AF_INET6, $plain), $scope || 0) : pack_sockaddr_in($port, inet_aton($plain));
  my $ok = socket(my $s, $six ? PF_INET6 : PF_INET, $protocol eq "tcp" ? SOCK_STREAM : SOCK_DGRAM, 0);
  setsockopt($s, SOL_SOCKET, SO_BROADCAST, 1) if $protocol eq "udp";
  $ok &&= setsockopt($s, SOL_SOCKET, 25, "$device\0") if $device ne "-";
  if ($protocol eq "udp") { $ok &&= defined send($s, $name, 0, $to); }
  else { local $SIG{ALRM} = sub { print "$name silence\n"; exit }; alarm 2; $ok &&= connect($s, $to); }
  print "$name ", ($ok ? "done" : "$!"), "\n";
  exit;
}
1 while wait != -1;
`;

/** A shell command line that makes the attempts given on its stdin. */
export const probeCommand = `perl -e ${quoteWord(script)}`;

export function attemptLines(attempts: readonly Attempt[]): string {
  return attempts.map(({ name, protocol, address, port, device }) => `${name} ${protocol} ${address} ${port} ${device}\n`).join("");
}

/** Everything there is to try against these addresses: each protocol, unbound and over each line by name. */
export function attempts(tag: string, addresses: readonly string[], port: number, devices: readonly string[]): Attempt[] {
  return addresses.flatMap((address) =>
    ["-", ...devices].flatMap((device) =>
      (["tcp", "udp"] as const)
        .filter((protocol) => protocol === "udp" || !isForMany(address))
        .map((protocol) => ({ name: `${tag}/${protocol}/${address}/${device}`, protocol, address, port, device })),
    ),
  );
}

/** Addresses that mean everybody on a line. */
export const everybody = ["255.255.255.255", "224.0.0.1", "239.255.255.250"] as const;

function isForMany(address: string): boolean {
  return (everybody as readonly string[]).includes(address) || address.startsWith("ff");
}
