"""What makes a server worth comparing: accounts, keys, closed files, rules, daemons of others, private places."""

from __future__ import annotations

from pathlib import Path

from tests.lab.roots import Root
from tests.service.server import FETCH

PACKAGES = (
    *("anacron", "apparmor", "at", "auditd", "chrony", "cron", "iptables", "kmod", "libpam-pwquality", "logrotate"),
    *("nftables", "openssh-server", "rsyslog", "sudo"),
)
SETTINGS = "pressure_wait_s = 0\n"
"""Other tests press this machine; waiting for them is tested elsewhere."""
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ5S1v0Zq3m6Qv7x9w2YkzV0c8y1n4Xb6r3T5u7W9aBc li@desk\n"
LISTENER = """[Unit]
Description=A daemon of another user
[Service]
User=wang
ExecStart=/usr/bin/python3 -m http.server 7777 --bind 0.0.0.0 --directory /srv
[Install]
WantedBy=multi-user.target
"""
PACKET_FILTER = """#!/usr/sbin/nft -f
flush ruleset
table inet filter {
  chain input { type filter hook input priority 0; policy drop; iif lo accept; tcp dport { 22, 7777 } accept; }
  chain forward { type filter hook forward priority 0; policy drop; }
}
"""
APPARMOR = """profile house /opt/house {
  /etc/passwd r,
  /opt/inner cx -> inner,
  profile inner {
    /etc/group r,
  }
  ^hat {
    /etc/hosts r,
  }
}
profile watched /opt/watched flags=(complain) {
  /etc/passwd r,
}
"""
AUDIT_RULES = "-D\n-b 8192\n-w /etc/shadow -p wa -k identity\n-a always,exit -F arch=b64 -S execve -F euid=0 -k root\n"

FILES: dict[str, tuple[str, int]] = {
    "/etc/rongdun/agent.toml": (SETTINGS, 0o644),
    "/home/li/.ssh/authorized_keys": (KEY, 0o600),
    "/root/.ssh/authorized_keys": (f'from="10.0.0.0/8" {KEY}', 0o600),
    "/etc/sudoers.d/li": ("li ALL=(ALL:ALL) NOPASSWD: /usr/bin/systemctl\n", 0o440),
    "/etc/nftables.conf": (PACKET_FILTER, 0o600),
    "/etc/audit/rules.d/house.rules": (AUDIT_RULES, 0o600),
    "/etc/ssh/sshd_config.d/house.conf": ("PermitRootLogin no\nMaxAuthTries 3\n", 0o600),
    "/etc/sysctl.d/90-house.conf": ("net.ipv4.conf.all.rp_filter = 1\nfs.protected_fifos = 2\n", 0o600),
    "/etc/security/pwquality.conf.d/house.conf": ("minlen = 12\n", 0o600),
    "/etc/apparmor.d/house": (APPARMOR, 0o600),
    "/etc/modprobe.d/house.conf": ("install usb-storage /bin/false\n", 0o600),
    "/etc/systemd/system/listener.service": (LISTENER, 0o644),
    "/var/spool/cron/crontabs/li": ("*/5 * * * * /home/li/job\n", 0o600),
    "/etc/cron.d/house": ("0 3 * * * root /usr/local/sbin/nightly\n", 0o600),
    "/boot/grub/grub.cfg": ("set superusers=boss\npassword_pbkdf2 boss grub.pbkdf2.sha512.10000.AA.BB\n", 0o600),
    "/home/li/bin/tool": ("#!/bin/sh\n", 0o4755),
    "/var/tmp/left": ("#!/bin/sh\n", 0o4755),
    "/home/li/.rhosts": ("+ +\n", 0o600),
    "/srv/data/open": ("", 0o666),
}
OWNERS = {"/home/li": "li", "/var/tmp/left": "4242", "/var/spool/cron/crontabs/li": "li"}


def enrich(root: Root) -> None:
    """Write it all; the root is not booted yet."""
    must(root, "useradd", "--create-home", "--shell", "/bin/bash", "li")
    must(root, "useradd", "--system", "wang")
    must(root, "usermod", "--password", "$6$salt$" + "a" * 86, "li")
    (root.path / "home/li").chmod(0o700)
    for path, (text, _) in FILES.items():
        _write(root.path / path.lstrip("/"), text)
    for path, owner in OWNERS.items():
        must(root, "chown", "-R", owner, path)
    for path, (_, mode) in FILES.items():
        (root.path / path.lstrip("/")).chmod(mode)  # last: another owner takes set-user-ID away
    (root.path / FETCH.lstrip("/")).write_bytes(Path(__file__).with_name("fetch_facts.py").read_bytes())
    must(root, "systemctl", "enable", "listener.service", "nftables.service", "ssh.service")


def must(root: Root, *argv: str) -> None:
    """Run a program in the root that has to succeed."""
    done = root.run(*argv)
    assert done.returncode == 0, f"{argv}: {done.stderr}"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.write_text(text)
