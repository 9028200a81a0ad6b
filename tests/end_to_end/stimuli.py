"""What is done to a server in a drill, with the programs that Debian ships; none of them was written for us.

The registries have no package that brings the tests of an attack library along (those that deal with them fetch them
from elsewhere at run time), so these are the tools that intruders find on a server.
"""

from __future__ import annotations

from typing import NamedTuple

KEY = "/root/art"


class Stimulus(NamedTuple):
    """A line of shell that is run as root, the signal and the object that must be found, and the line that undoes it.

    `key` is the object's name, `{word}` replaced by what `note` printed after the act.
    """

    name: str
    act: str
    signal: str
    key: str
    undo: str
    note: str = "true"


def _listens(program: str) -> str:
    return f"setsid -f {program} </dev/null >/dev/null 2>&1"


def _ends(port: int) -> str:
    return f"fuser -k -s -n tcp {port}"


STIMULI = (
    Stimulus(
        "a second root",
        "useradd -o -u 0 -g 0 -M -s /bin/bash art0",
        "new-uid-0-account",
        "art0",
        "userdel -f art0 2>/dev/null || ! grep -q ^art0: /etc/passwd",
    ),
    Stimulus("an account", "useradd -m -s /bin/bash art1", "new-login-account", "art1", "userdel -r art1 2>/dev/null"),
    Stimulus(
        "an account among those of the system",
        "useradd -M -N -r -s /bin/bash -c art art2",
        "new-login-account",
        "art2",
        "userdel art2",
    ),
    Stimulus(
        "an account by adduser",
        "adduser --quiet --disabled-password --gecos '' art3",
        "new-login-account",
        "art3",
        "deluser --quiet --remove-home art3",
    ),
    Stimulus(
        "a daemon's account has got a shell",
        "usermod -s /bin/bash games",
        "new-login-account",
        "games",
        "usermod -s /usr/sbin/nologin games",
    ),
    Stimulus("one more in sudo", "usermod -aG sudo li", "new-administrator", "li sudo", "gpasswd -d li sudo"),
    Stimulus("no password", "passwd -q -d li", "account-opened", "li", "usermod -p '*' li"),
    Stimulus(
        "a key, copied over ssh",
        f"ssh-copy-id -f -i {KEY}.pub -o IdentityFile=/root/admin -o StrictHostKeyChecking=no li@127.0.0.1",
        "new-authorized-key",
        "li {word}",
        f"grep -vF \"$(cut -d' ' -f2 {KEY}.pub)\" /home/li/.ssh/authorized_keys >/root/kept; "
        "cat /root/kept >/home/li/.ssh/authorized_keys",
        note=f"ssh-keygen -lf {KEY}.pub | cut -d' ' -f2",
    ),
    Stimulus(
        "a crontab",
        "echo '* * * * * /usr/bin/true art' | crontab -u li -",
        "new-cron-job",
        "/var/spool/cron/crontabs/li /usr/bin/true art",
        "crontab -u li -r",
    ),
    Stimulus(
        "a file for cron",
        "echo '@hourly root /usr/bin/id' | tee /etc/cron.d/art",
        "new-cron-job",
        "/etc/cron.d/art /usr/bin/id",
        "rm /etc/cron.d/art",
    ),
    Stimulus(
        "a script for each hour",
        "install -m 755 /usr/bin/ldd /etc/cron.hourly/art",
        "new-periodic-script",
        "/etc/cron.hourly/art",
        "rm /etc/cron.hourly/art",
    ),
    Stimulus(
        "an at job",
        "echo id | at -M now + 1 hour",
        "new-at-job",
        "{word}",
        "atrm $(at -l | cut -f1)",
        note="ls /var/spool/cron/atjobs/a*",
    ),
    Stimulus(
        "a timer for now",
        "systemd-run --quiet --on-calendar=hourly --unit=art /usr/bin/true",
        "new-systemd-unit",
        "art.timer",
        "systemctl stop art.timer",
    ),
    Stimulus(
        "a unit of temporary files",
        "cp /usr/lib/systemd/system/rsyslog.service /var/tmp/linked.service; "
        "systemctl --quiet link /var/tmp/linked.service",
        "new-systemd-unit",
        "linked.service",
        "systemctl --quiet disable linked.service; rm /var/tmp/linked.service",
    ),
    Stimulus(
        "a unit of one's own, enabled",
        "sed s/syslog/art/ /usr/lib/systemd/system/rsyslog.service >/etc/systemd/system/own.service; "
        "systemctl --quiet enable own.service",
        "new-systemd-unit",
        "own.service",
        "systemctl --quiet disable own.service; rm /etc/systemd/system/own.service",
    ),
    Stimulus(
        "a drop-in",
        "systemctl set-property cron.service CPUWeight=50",
        "new-unit-drop-in",
        "/etc/systemd/system.control/cron.service.d/50-CPUWeight.conf",
        "systemctl revert cron.service",
    ),
    Stimulus(
        "a shell for everyone among temporary files",
        "cp /bin/bash /tmp/.art; chmod 4755 /tmp/.art",
        "new-privileged-temporary-file",
        "/tmp/.art",
        "rm /tmp/.art",
    ),
    Stimulus(
        "a tool that becomes root",
        "chmod u+s /usr/bin/find",
        "new-privileged-file",
        "/usr/bin/find",
        "chmod u-s /usr/bin/find",
    ),
    Stimulus(
        "an interpreter that becomes anybody",
        "setcap cap_setuid+ep /usr/bin/perl",
        "new-privileged-file",
        "/usr/bin/perl",
        "setcap -r /usr/bin/perl",
    ),
    Stimulus(
        "netcat",
        _listens("ncat -l -k 0.0.0.0 4444"),
        "new-listening-port",
        "tcp 0.0.0.0 4444 /usr/bin/ncat",
        _ends(4444),
    ),
    Stimulus(
        "socat",
        _listens("socat TCP4-LISTEN:4445,fork,reuseaddr EXEC:/bin/cat"),
        "new-listening-port",
        "tcp 0.0.0.0 4445 {word}",
        _ends(4445),
        note="readlink -f /usr/bin/socat",
    ),
    Stimulus(
        "a web server of a moment",
        _listens("python3 -m http.server 9090"),
        "new-listening-port",
        "tcp 0.0.0.0 9090 {word}",
        _ends(9090),
        note="readlink -f /usr/bin/python3",
    ),
    Stimulus(
        "a listener that no package brought",
        "cp /usr/bin/ncat /dev/shm/art; " + _listens("/dev/shm/art -l -k 127.0.0.1 4446"),
        "new-listener-of-an-odd-program",
        "tcp 127.0.0.1 4446 /dev/shm/art",
        _ends(4446) + "; rm /dev/shm/art",
    ),
    Stimulus(
        "sudo for everything",
        "echo 'li ALL=(ALL) NOPASSWD: ALL' | EDITOR='tee -a' visudo -q -f /etc/sudoers.d/art",
        "new-sudo-without-password",
        "li ALL",
        "rm /etc/sudoers.d/art",
    ),
    Stimulus(
        "a root certificate",
        "cp $(ls /usr/share/ca-certificates/mozilla/*.crt | head -1) /usr/local/share/ca-certificates/art.crt; "
        "update-ca-certificates",
        "new-root-certificate",
        "/usr/local/share/ca-certificates/art.crt",
        "rm /usr/local/share/ca-certificates/art.crt; update-ca-certificates",
    ),
    Stimulus(
        "PAM by its own tool",
        "pam-auth-update --enable mkhomedir",
        "pam-stack-changed",
        "/etc/pam.d/common-session",
        "pam-auth-update --disable mkhomedir",
    ),
    Stimulus(
        "no more logs",
        "systemctl stop rsyslog.service syslog.socket",
        "protection-stopped",
        "rsyslog.service",
        "systemctl start rsyslog.service",
    ),
    Stimulus(
        "a profile",
        "cp /etc/skel/.bashrc /etc/profile.d/art.sh",
        "new-shell-profile",
        "/etc/profile.d/art.sh",
        "rm /etc/profile.d/art.sh",
    ),
)
