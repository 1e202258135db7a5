import type { Command } from "./command.ts";

/**
 * Commands of Debian that an administrator may try and that the embedded engine does not simulate. The learner is told so, in our
 * words, instead of being told that there is no such command.
 */
const names: ReadonlySet<string> = new Set(
  (
    "apt apt-get apt-cache apt-file aptitude dpkg dpkg-query dpkg-reconfigure debconf-show add-apt-repository snap pip pip3 npm cpan " +
    "tcpdump tshark wireshark ngrep strace ltrace gdb perf lsof fuser nmap masscan netstat ifconfig route arp arping ethtool tc iptables " +
    "ip6tables iptables-save nft ufw firewall-cmd firewalld conntrack ipset traceroute tracepath mtr fping hping3 iperf iperf3 curl wget " +
    "ftp lftp sftp scp ssh sshd ssh-keygen ssh-copy-id rsync git svn make gcc cc g++ python python2 python3 perl ruby php node java " +
    "vmstat iostat sar dstat htop iotop atop glances nethogs iftop crontab at batch cron anacron logrotate rsyslogd syslog-ng logger " +
    "dmesg sysctl modprobe insmod lsmod rmmod mount umount fdisk parted mkfs mkfs.ext4 fsck lsblk blkid lvs vgs pvs mdadm losetup swapon " +
    "useradd userdel usermod groupadd groupdel adduser deluser passwd chpasswd chage visudo su login newgrp screen tmux byobu script " +
    "certbot acme.sh keytool gpg gpg2 opendkim opendkim-genkey opendkim-testkey opendmarc spamassassin spamc spamd sa-learn clamscan " +
    "clamdscan freshclam amavisd amavisd-new amavis postgrey postscreen policyd-spf mutt mail mailx s-nail bsd-mailx alpine pine mpack " +
    "fetchmail getmail procmail maildrop sieve-test sievec pigeonhole formail imapsync offlineimap isync mbsync pflogsumm logwatch " +
    "fail2ban-client fail2ban-server sendemail msmtp ssmtp nullmailer exim exim4 exiqgrep exinext exigrep eximstats update-exim4.conf " +
    "dnstop drill delv kdig unbound unbound-control unbound-checkconf dnsmasq resolvectl systemd-resolve systemd-analyze systemd-run " +
    "loginctl hostnamectl timedatectl localectl networkctl nmcli nmtui netplan ifup ifdown dhclient wpa_cli chronyc chronyd ntpq ntpdate " +
    "hwclock docker podman kubectl helm ansible puppet chef salt nginx apache2 apachectl httpd mysql mysqldump psql sqlite3 redis-cli " +
    "ldapsearch ldapadd slapcat locate updatedb emacs joe pico mcedit mc ed ex busybox zip unzip bzip2 xz 7z cpio dd chroot chattr lsattr " +
    "getfacl setfacl getcap setcap apropos whatis info w who last lastlog finger wall write mesg reboot shutdown halt poweroff init telinit " +
    "yes shuf cmp sdiff install sync stty numfmt truncate csplit rename pv lz4 zstd bc dc at file tree jq rg units cal ncal figlet hexdump xxd " +
    "nsenter unshare capsh setsid ionice renice nice pgrep pidof pstree pmap lscpu lspci lsusb dmidecode lsb_release smtp-sink smtp-source"
  ).split(" "),
);

/** Whether this is a real command that the embedded engine does not simulate. */
export function isNotSimulated(name: string): boolean {
  return names.has(name);
}

/** Those that occur in a script and that no command of the machine provides. */
export function notSimulatedIn(script: string, provided: { has(name: string): boolean }): readonly string[] {
  const words = new Set(script.match(/[a-z0-9][a-z0-9._+-]*/g));
  return [...words].filter((word) => names.has(word) && !provided.has(word));
}

/** A command that says that it is not simulated. */
export function notSimulatedCommand(name: string): Command {
  return {
    name,
    run: async () => ({ stdout: "", stderr: `${name}: not simulated on the embedded engine\n`, code: 127 }),
  };
}
