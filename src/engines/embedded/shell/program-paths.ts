/** Programs that Debian 12 keeps in /usr/sbin. The rest stand in /usr/bin. */
const systemPrograms: ReadonlySet<string> = new Set(
  (
    "postfix postconf postmap postqueue postsuper postcat postalias postlog postdrop postkick postlock postmulti qshape sendmail posttls-finger " +
    "qmqp-source rndc rndc-confgen named named-checkzone exim exim4 exiqgrep exinext eximstats service ip dovecot sshd useradd usermod"
  ).split(" "),
);

/** `/usr/sbin/postfix`, `/usr/bin/dig` */
export function programPath(name: string): string {
  return `${systemPrograms.has(name) ? "/usr/sbin" : "/usr/bin"}/${name}`;
}
