"""Keywords and values, right and wrong ones, of which random configurations are made."""

from __future__ import annotations

_FLAG = "yes no Yes NO yes no"
_NUMBER = "0 1 3 6 10 +4 007 100000"
_TIME = "0 30 2m 1h 1h30m 90s 1d 1H5M 3w 5S5D"
_PATH = '/etc/issue.net none NONE relative/x ~/x "/a b" /x#y ~root/z ~nobody/q %h/.k "none"'
_KEYS = (
    "ssh-rsa ssh-ed25519 rsa-sha2-512 ecdsa-sha2-nistp256 ssh-ed25519-cert-v01@openssh.com ^ssh-ed25519,ssh-rsa "
    "+ssh-rsa -ssh-*,ecdsa-* +ssh-* ssh-* rsa-sha2-256,rsa-sha2-512 sk-ssh-ed25519@openssh.com"
)
_USERS = 'alice bob root * a* !bob al?ce alice,bob alice@10.0.0.0/8 bob@*.example.com "x y" daemon'

ANYWHERE: dict[str, str] = {
    "PermitRootLogin": "yes no prohibit-password without-password forced-commands-only YES",
    **dict.fromkeys(
        (
            *("PasswordAuthentication", "PubkeyAuthentication", "KbdInteractiveAuthentication", "PermitEmptyPasswords"),
            *("X11Forwarding", "X11UseLocalhost", "AllowAgentForwarding", "DisableForwarding", "PermitTTY"),
            *("PermitUserRC", "HostbasedAuthentication", "GSSAPIAuthentication", "KerberosAuthentication"),
            *("StreamLocalBindUnlink", "ExposeAuthInfo", "HostbasedUsesNameFromPacketOnly"),
        ),
        _FLAG,
    ),
    **dict.fromkeys(("MaxAuthTries", "MaxSessions", "ClientAliveCountMax", "X11DisplayOffset"), _NUMBER),
    "ClientAliveInterval": _TIME,
    "IgnoreRhosts": "yes no shosts-only",
    "AllowTcpForwarding": "yes no local remote all",
    "AllowStreamLocalForwarding": "yes no local remote all",
    "GatewayPorts": "yes no clientspecified",
    "PermitTunnel": "yes no point-to-point ethernet",
    **dict.fromkeys(
        ("Banner", "ChrootDirectory", "AuthorizedKeysFile", "AuthorizedPrincipalsFile", "TrustedUserCAKeys"), _PATH
    ),
    "RevokedKeys": "/etc/ssh/revoked none relative/x",
    "ForceCommand": 'internal-sftp {/bin/x "a b" c} none NONE {x # y} {"quoted cmd" -x} a=b',
    "AuthorizedKeysCommandUser": 'nobody root "a b"',
    "AuthorizedPrincipalsCommandUser": "nobody root",
    **dict.fromkeys(("AllowUsers", "DenyUsers", "AllowGroups", "DenyGroups"), f"{_USERS} {{alice bob}} {{root a* *}}"),
    "AcceptEnv": 'LANG LC_* X? "A B" {LANG LC_*}',
    "SetEnv": "A=b B= \"C=d e\" D='q' {A=b A=c} {A=1 B=2}",
    "LogLevel": "INFO verbose DEBUG debug1 DEBUG3 quiet error",
    "RekeyLimit": "1G {512M 1h} {default none} {default 1h} {1.5G none} 100 2T",
    "AuthenticationMethods": "publickey any password {publickey,password publickey} keyboard-interactive:pam none",
    "PermitOpen": 'any none 10.0.0.1:22 {host:* [::1]:80} "a:1"',
    "PermitListen": "any none 8080 {localhost:22 *:80}",
    "StreamLocalBindMask": "0177 077 777 0",
    "IPQoS": "{af21 cs1} {lowdelay throughput} ef none 10 le",
    **dict.fromkeys(("PubkeyAcceptedKeyTypes", "HostbasedAcceptedKeyTypes", "CASignatureAlgorithms"), _KEYS),
    "PubkeyAuthOptions": "none touch-required {verify-required touch-required} None",
}
GLOBAL: dict[str, str] = {
    **dict.fromkeys(
        (
            *("UsePAM", "StrictModes", "IgnoreUserKnownHosts", "TCPKeepAlive", "UseDNS", "PrintMotd", "PrintLastLog"),
            *("ChallengeResponseAuthentication", "KeepAlive", "GSSAPICleanupCreds", "DebianBanner", "UseLogin"),
        ),
        _FLAG,
    ),
    **dict.fromkeys(("PidFile", "XAuthLocation", "ModuliFile"), _PATH),
    "LoginGraceTime": _TIME,
    "Compression": "yes no delayed",
    "SyslogFacility": "AUTH authpriv LOCAL0 daemon",
    "PermitUserEnvironment": "yes no LANG,LC_* Yes",
    "MaxStartups": '10 10:30:60 5:50:10 7:20:9x "8"',
    "Subsystem": "{sftp internal-sftp} {sftp /usr/lib/x -f AUTH} {other /x 'y z'}",
    "FingerprintHash": "md5 sha256 SHA512",
    "Port": "22 2222 80",
    "ListenAddress": "0.0.0.0 10.0.0.1 :: [::1]:2022 10.0.0.1:2022 ::1 127.1 fe80::1:2:3",
    "AddressFamily": "any INET",
    "VersionAddendum": 'none {foo bar} {x # y} "q"',
    "HostKeyAgent": "none SSH_AUTH_SOCK",
    "SecurityKeyProvider": "internal /x none Internal",
    "Ciphers": "aes128-ctr +aes128-cbc,3des-cbc -aes* ^aes256-ctr aes128-ctr,aes256-ctr,aes128-ctr",
    "MACs": "hmac-sha2-256 +hmac-md5 -*sha1*,umac* ^hmac-sha2-512",
    "KexAlgorithms": "curve25519-sha256 +diffie-hellman-group1-sha1 -ecdh*,*sha1 ^ecdh-sha2-nistp256",
    "HostKeyAlgorithms": _KEYS,
    "GSSAPIKeyExchange": "yes no",
    "Protocol": "2 1,2",
}
NEWER: dict[str, str] = {
    "LogVerbose": "none {a*:b* c}",
    "ChannelTimeout": "none session=5m {*=1h x=2}",
    "UnusedConnectionTimeout": "none 5m 0 None",
    "RequiredRSASize": _NUMBER,
    "PerSourceMaxStartups": "none 5",
    "PerSourceNetBlockSize": "24:64 32:128 24",
    "PerSourcePenalties": "yes no crash:5m {max:10 min:5} {authfail:2s noauth:3} overflow:deny-all max-sources4:5",
    "PerSourcePenaltyExemptList": "none 10.0.0.0/8 !1.2.3.4,*",
    "RefuseConnection": "yes no",
    "PAMServiceName": "sshd other",
}
"""Unknown to some of the releases, which then refuse to start."""
WRONG: dict[str, str] = {
    "PermitRootLogin": 'maybe {yes no} "yes {} "yes"no',
    "MaxAuthTries": "x -2 4294967296 {} 3x",
    "LoginGraceTime": "x -1 1.5m 99999999999 +5",
    "AllowUsers": 'root@10.0.0.1/8 "" bob@',
    "Ciphers": "nope !aes128-ctr aes* aes128-ctr,,nope +",
    "HostKeyAlgorithms": "nope !ssh-rsa nope,ssh-rsa",
    "Subsystem": "sftp {}",
    "Port": "0 65536 {80 81}",
    "ListenAddress": "1.2.3.4:0 [::1 {10.0.0.1 22}",
    "AuthenticationMethods": "foo {publickey any} hostbased",
    "PermitOpen": "x a:0 {a:1 none}",
    "RekeyLimit": "5 {1K x} -5",
    "Nonsense": "yes",
    "UsePrivilegeSeparation": "{sandbox x y}",
    "SetEnv": "X {} =x",
    "AuthorizedKeysCommand": "{/usr/bin/k %u} relative none",
}
CRITERIA: dict[str, str] = {
    "User": "alice bob a* !bob,* alice,bob *,!alice root ALICE",
    "Group": "daemon staff w* root !root,* *",
    "Host": "h1.example.com *.example.com H1* !h2*,*",
    "Address": "10.0.0.0/8 192.168.1.0/24,10.1.0.0/16 !10.1.1.1,10.0.0.0/8 10.1.1.* ::1/128 2001:db8::/32 * 10.1.1.1",
    "LocalAddress": "127.0.0.1 10.0.0.0/8",
    "LocalPort": "22 2222",
}
INCLUDES = (
    "/etc/ssh/sshd_config.d/*.conf",
    "sshd_config.d/a.conf",
    "/etc/ssh/sshd_config.d/nosuch*.conf",
    "sshd_config.d/b.conf sshd_config.d/a.conf",
    "/etc/ssh/sshd_config.d/[ab].conf",
    '"sshd_config.d/c.conf"',
)
