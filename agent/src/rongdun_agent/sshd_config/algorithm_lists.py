"""Algorithms of the builds that were measured: what each offers by default, and all that it can do, in its own order.

Made by `tests/lab/sshd_algorithms.py` from what the programs themselves print (`sshd -T`, `ssh -Q`) in roots of Debian
11, 12 and 13. Other builds are not in here, and their defaults are unknown: distributors change these lists.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Lists(NamedTuple):
    """Comma-separated names, as the daemon writes them."""

    default: str
    supported: str


Algorithms = Mapping[str, Lists]


def _lists(default: str, supported: str) -> Lists:
    return Lists(",".join(default.split()), ",".join(supported.split()))


# OpenSSH 8.4, Debian's build (bullseye)
_DEBIAN_8_4: Algorithms = MappingProxyType(
    {
        "ciphers": _lists(
            """
            chacha20-poly1305@openssh.com aes128-ctr aes192-ctr aes256-ctr aes128-gcm@openssh.com
            aes256-gcm@openssh.com
            """,
            """
            3des-cbc aes128-cbc aes192-cbc aes256-cbc rijndael-cbc@lysator.liu.se aes128-ctr aes192-ctr
            aes256-ctr aes128-gcm@openssh.com aes256-gcm@openssh.com chacha20-poly1305@openssh.com
            """,
        ),
        "macs": _lists(
            """
            umac-64-etm@openssh.com umac-128-etm@openssh.com hmac-sha2-256-etm@openssh.com
            hmac-sha2-512-etm@openssh.com hmac-sha1-etm@openssh.com umac-64@openssh.com umac-128@openssh.com
            hmac-sha2-256 hmac-sha2-512 hmac-sha1
            """,
            """
            hmac-sha1 hmac-sha1-96 hmac-sha2-256 hmac-sha2-512 hmac-md5 hmac-md5-96 umac-64@openssh.com
            umac-128@openssh.com hmac-sha1-etm@openssh.com hmac-sha1-96-etm@openssh.com
            hmac-sha2-256-etm@openssh.com hmac-sha2-512-etm@openssh.com hmac-md5-etm@openssh.com
            hmac-md5-96-etm@openssh.com umac-64-etm@openssh.com umac-128-etm@openssh.com
            """,
        ),
        "kex_algorithms": _lists(
            """
            curve25519-sha256 curve25519-sha256@libssh.org ecdh-sha2-nistp256 ecdh-sha2-nistp384
            ecdh-sha2-nistp521 diffie-hellman-group-exchange-sha256 diffie-hellman-group16-sha512
            diffie-hellman-group18-sha512 diffie-hellman-group14-sha256
            """,
            """
            diffie-hellman-group1-sha1 diffie-hellman-group14-sha1 diffie-hellman-group14-sha256
            diffie-hellman-group16-sha512 diffie-hellman-group18-sha512 diffie-hellman-group-exchange-sha1
            diffie-hellman-group-exchange-sha256 ecdh-sha2-nistp256 ecdh-sha2-nistp384 ecdh-sha2-nistp521
            curve25519-sha256 curve25519-sha256@libssh.org sntrup4591761x25519-sha512@tinyssh.org
            """,
        ),
        "keys": _lists(
            """
            ecdsa-sha2-nistp256-cert-v01@openssh.com ecdsa-sha2-nistp384-cert-v01@openssh.com
            ecdsa-sha2-nistp521-cert-v01@openssh.com sk-ecdsa-sha2-nistp256-cert-v01@openssh.com
            ssh-ed25519-cert-v01@openssh.com sk-ssh-ed25519-cert-v01@openssh.com
            rsa-sha2-512-cert-v01@openssh.com rsa-sha2-256-cert-v01@openssh.com ssh-rsa-cert-v01@openssh.com
            ecdsa-sha2-nistp256 ecdsa-sha2-nistp384 ecdsa-sha2-nistp521 sk-ecdsa-sha2-nistp256@openssh.com
            ssh-ed25519 sk-ssh-ed25519@openssh.com rsa-sha2-512 rsa-sha2-256 ssh-rsa
            """,
            """
            ssh-ed25519 ssh-ed25519-cert-v01@openssh.com sk-ssh-ed25519@openssh.com
            sk-ssh-ed25519-cert-v01@openssh.com ssh-rsa rsa-sha2-256 rsa-sha2-512 ssh-dss ecdsa-sha2-nistp256
            ecdsa-sha2-nistp384 ecdsa-sha2-nistp521 sk-ecdsa-sha2-nistp256@openssh.com
            webauthn-sk-ecdsa-sha2-nistp256@openssh.com ssh-rsa-cert-v01@openssh.com
            rsa-sha2-256-cert-v01@openssh.com rsa-sha2-512-cert-v01@openssh.com ssh-dss-cert-v01@openssh.com
            ecdsa-sha2-nistp256-cert-v01@openssh.com ecdsa-sha2-nistp384-cert-v01@openssh.com
            ecdsa-sha2-nistp521-cert-v01@openssh.com sk-ecdsa-sha2-nistp256-cert-v01@openssh.com
            """,
        ),
        "signatures": _lists(
            """
            ecdsa-sha2-nistp256 ecdsa-sha2-nistp384 ecdsa-sha2-nistp521 sk-ecdsa-sha2-nistp256@openssh.com
            ssh-ed25519 sk-ssh-ed25519@openssh.com rsa-sha2-512 rsa-sha2-256
            """,
            """
            ssh-ed25519 sk-ssh-ed25519@openssh.com ssh-rsa rsa-sha2-256 rsa-sha2-512 ssh-dss ecdsa-sha2-nistp256
            ecdsa-sha2-nistp384 ecdsa-sha2-nistp521 sk-ecdsa-sha2-nistp256@openssh.com
            webauthn-sk-ecdsa-sha2-nistp256@openssh.com
            """,
        ),
        "gssapi_kex_algorithms": _lists(
            """
            gss-group14-sha256- gss-group16-sha512- gss-nistp256-sha256- gss-curve25519-sha256-
            gss-group14-sha1- gss-gex-sha1-
            """,
            """
            gss-gex-sha1- gss-group1-sha1- gss-group14-sha1- gss-group14-sha256- gss-group16-sha512-
            gss-nistp256-sha256- gss-curve25519-sha256-
            """,
        ),
    }
)

# OpenSSH 9.2, Debian's build (bookworm)
_DEBIAN_9_2: Algorithms = MappingProxyType(
    {
        "ciphers": _lists(
            """
            chacha20-poly1305@openssh.com aes128-ctr aes192-ctr aes256-ctr aes128-gcm@openssh.com
            aes256-gcm@openssh.com
            """,
            """
            3des-cbc aes128-cbc aes192-cbc aes256-cbc aes128-ctr aes192-ctr aes256-ctr aes128-gcm@openssh.com
            aes256-gcm@openssh.com chacha20-poly1305@openssh.com
            """,
        ),
        "macs": _lists(
            """
            umac-64-etm@openssh.com umac-128-etm@openssh.com hmac-sha2-256-etm@openssh.com
            hmac-sha2-512-etm@openssh.com hmac-sha1-etm@openssh.com umac-64@openssh.com umac-128@openssh.com
            hmac-sha2-256 hmac-sha2-512 hmac-sha1
            """,
            """
            hmac-sha1 hmac-sha1-96 hmac-sha2-256 hmac-sha2-512 hmac-md5 hmac-md5-96 umac-64@openssh.com
            umac-128@openssh.com hmac-sha1-etm@openssh.com hmac-sha1-96-etm@openssh.com
            hmac-sha2-256-etm@openssh.com hmac-sha2-512-etm@openssh.com hmac-md5-etm@openssh.com
            hmac-md5-96-etm@openssh.com umac-64-etm@openssh.com umac-128-etm@openssh.com
            """,
        ),
        "kex_algorithms": _lists(
            """
            sntrup761x25519-sha512 sntrup761x25519-sha512@openssh.com curve25519-sha256
            curve25519-sha256@libssh.org ecdh-sha2-nistp256 ecdh-sha2-nistp384 ecdh-sha2-nistp521
            diffie-hellman-group-exchange-sha256 diffie-hellman-group16-sha512 diffie-hellman-group18-sha512
            diffie-hellman-group14-sha256
            """,
            """
            diffie-hellman-group1-sha1 diffie-hellman-group14-sha1 diffie-hellman-group14-sha256
            diffie-hellman-group16-sha512 diffie-hellman-group18-sha512 diffie-hellman-group-exchange-sha1
            diffie-hellman-group-exchange-sha256 ecdh-sha2-nistp256 ecdh-sha2-nistp384 ecdh-sha2-nistp521
            curve25519-sha256 curve25519-sha256@libssh.org sntrup761x25519-sha512
            sntrup761x25519-sha512@openssh.com
            """,
        ),
        "keys": _lists(
            """
            ssh-ed25519-cert-v01@openssh.com ecdsa-sha2-nistp256-cert-v01@openssh.com
            ecdsa-sha2-nistp384-cert-v01@openssh.com ecdsa-sha2-nistp521-cert-v01@openssh.com
            sk-ssh-ed25519-cert-v01@openssh.com sk-ecdsa-sha2-nistp256-cert-v01@openssh.com
            rsa-sha2-512-cert-v01@openssh.com rsa-sha2-256-cert-v01@openssh.com ssh-ed25519 ecdsa-sha2-nistp256
            ecdsa-sha2-nistp384 ecdsa-sha2-nistp521 sk-ssh-ed25519@openssh.com
            sk-ecdsa-sha2-nistp256@openssh.com rsa-sha2-512 rsa-sha2-256
            """,
            """
            ssh-ed25519 ssh-ed25519-cert-v01@openssh.com sk-ssh-ed25519@openssh.com
            sk-ssh-ed25519-cert-v01@openssh.com ecdsa-sha2-nistp256 ecdsa-sha2-nistp256-cert-v01@openssh.com
            ecdsa-sha2-nistp384 ecdsa-sha2-nistp384-cert-v01@openssh.com ecdsa-sha2-nistp521
            ecdsa-sha2-nistp521-cert-v01@openssh.com sk-ecdsa-sha2-nistp256@openssh.com
            sk-ecdsa-sha2-nistp256-cert-v01@openssh.com webauthn-sk-ecdsa-sha2-nistp256@openssh.com ssh-dss
            ssh-dss-cert-v01@openssh.com ssh-rsa ssh-rsa-cert-v01@openssh.com rsa-sha2-256
            rsa-sha2-256-cert-v01@openssh.com rsa-sha2-512 rsa-sha2-512-cert-v01@openssh.com
            """,
        ),
        "signatures": _lists(
            """
            ssh-ed25519 ecdsa-sha2-nistp256 ecdsa-sha2-nistp384 ecdsa-sha2-nistp521 sk-ssh-ed25519@openssh.com
            sk-ecdsa-sha2-nistp256@openssh.com rsa-sha2-512 rsa-sha2-256
            """,
            """
            ssh-ed25519 sk-ssh-ed25519@openssh.com ecdsa-sha2-nistp256 ecdsa-sha2-nistp384 ecdsa-sha2-nistp521
            sk-ecdsa-sha2-nistp256@openssh.com webauthn-sk-ecdsa-sha2-nistp256@openssh.com ssh-dss ssh-rsa
            rsa-sha2-256 rsa-sha2-512
            """,
        ),
        "gssapi_kex_algorithms": _lists(
            """
            gss-group14-sha256- gss-group16-sha512- gss-nistp256-sha256- gss-curve25519-sha256-
            gss-group14-sha1- gss-gex-sha1-
            """,
            """
            gss-gex-sha1- gss-group1-sha1- gss-group14-sha1- gss-group14-sha256- gss-group16-sha512-
            gss-nistp256-sha256- gss-curve25519-sha256-
            """,
        ),
    }
)

# OpenSSH 10.0, Debian's build (trixie)
_DEBIAN_10_0: Algorithms = MappingProxyType(
    {
        "ciphers": _lists(
            """
            chacha20-poly1305@openssh.com aes128-gcm@openssh.com aes256-gcm@openssh.com aes128-ctr aes192-ctr
            aes256-ctr
            """,
            """
            3des-cbc aes128-cbc aes192-cbc aes256-cbc aes128-ctr aes192-ctr aes256-ctr aes128-gcm@openssh.com
            aes256-gcm@openssh.com chacha20-poly1305@openssh.com
            """,
        ),
        "macs": _lists(
            """
            umac-64-etm@openssh.com umac-128-etm@openssh.com hmac-sha2-256-etm@openssh.com
            hmac-sha2-512-etm@openssh.com hmac-sha1-etm@openssh.com umac-64@openssh.com umac-128@openssh.com
            hmac-sha2-256 hmac-sha2-512 hmac-sha1
            """,
            """
            hmac-sha1 hmac-sha1-96 hmac-sha2-256 hmac-sha2-512 hmac-md5 hmac-md5-96 umac-64@openssh.com
            umac-128@openssh.com hmac-sha1-etm@openssh.com hmac-sha1-96-etm@openssh.com
            hmac-sha2-256-etm@openssh.com hmac-sha2-512-etm@openssh.com hmac-md5-etm@openssh.com
            hmac-md5-96-etm@openssh.com umac-64-etm@openssh.com umac-128-etm@openssh.com
            """,
        ),
        "kex_algorithms": _lists(
            """
            mlkem768x25519-sha256 sntrup761x25519-sha512 sntrup761x25519-sha512@openssh.com curve25519-sha256
            curve25519-sha256@libssh.org ecdh-sha2-nistp256 ecdh-sha2-nistp384 ecdh-sha2-nistp521
            """,
            """
            diffie-hellman-group1-sha1 diffie-hellman-group14-sha1 diffie-hellman-group14-sha256
            diffie-hellman-group16-sha512 diffie-hellman-group18-sha512 diffie-hellman-group-exchange-sha1
            diffie-hellman-group-exchange-sha256 ecdh-sha2-nistp256 ecdh-sha2-nistp384 ecdh-sha2-nistp521
            curve25519-sha256 curve25519-sha256@libssh.org sntrup761x25519-sha512
            sntrup761x25519-sha512@openssh.com mlkem768x25519-sha256
            """,
        ),
        "keys": _lists(
            """
            ssh-ed25519-cert-v01@openssh.com ecdsa-sha2-nistp256-cert-v01@openssh.com
            ecdsa-sha2-nistp384-cert-v01@openssh.com ecdsa-sha2-nistp521-cert-v01@openssh.com
            sk-ssh-ed25519-cert-v01@openssh.com sk-ecdsa-sha2-nistp256-cert-v01@openssh.com
            rsa-sha2-512-cert-v01@openssh.com rsa-sha2-256-cert-v01@openssh.com ssh-ed25519 ecdsa-sha2-nistp256
            ecdsa-sha2-nistp384 ecdsa-sha2-nistp521 sk-ssh-ed25519@openssh.com
            sk-ecdsa-sha2-nistp256@openssh.com rsa-sha2-512 rsa-sha2-256
            """,
            """
            ssh-ed25519 ssh-ed25519-cert-v01@openssh.com sk-ssh-ed25519@openssh.com
            sk-ssh-ed25519-cert-v01@openssh.com ecdsa-sha2-nistp256 ecdsa-sha2-nistp256-cert-v01@openssh.com
            ecdsa-sha2-nistp384 ecdsa-sha2-nistp384-cert-v01@openssh.com ecdsa-sha2-nistp521
            ecdsa-sha2-nistp521-cert-v01@openssh.com sk-ecdsa-sha2-nistp256@openssh.com
            sk-ecdsa-sha2-nistp256-cert-v01@openssh.com webauthn-sk-ecdsa-sha2-nistp256@openssh.com ssh-rsa
            ssh-rsa-cert-v01@openssh.com rsa-sha2-256 rsa-sha2-256-cert-v01@openssh.com rsa-sha2-512
            rsa-sha2-512-cert-v01@openssh.com
            """,
        ),
        "signatures": _lists(
            """
            ssh-ed25519 ecdsa-sha2-nistp256 ecdsa-sha2-nistp384 ecdsa-sha2-nistp521 sk-ssh-ed25519@openssh.com
            sk-ecdsa-sha2-nistp256@openssh.com rsa-sha2-512 rsa-sha2-256
            """,
            """
            ssh-ed25519 sk-ssh-ed25519@openssh.com ecdsa-sha2-nistp256 ecdsa-sha2-nistp384 ecdsa-sha2-nistp521
            sk-ecdsa-sha2-nistp256@openssh.com webauthn-sk-ecdsa-sha2-nistp256@openssh.com ssh-rsa rsa-sha2-256
            rsa-sha2-512
            """,
        ),
        "gssapi_kex_algorithms": _lists(
            """
            gss-group14-sha256- gss-group16-sha512- gss-nistp256-sha256- gss-curve25519-sha256-
            gss-group14-sha1- gss-gex-sha1-
            """,
            """
            gss-gex-sha1- gss-group1-sha1- gss-group14-sha1- gss-group14-sha256- gss-group16-sha512-
            gss-nistp256-sha256- gss-curve25519-sha256-
            """,
        ),
    }
)

DEBIAN: Mapping[tuple[int, ...], Algorithms] = MappingProxyType(
    {(8, 4): _DEBIAN_8_4, (9, 2): _DEBIAN_9_2, (10, 0): _DEBIAN_10_0}
)
"""By version, for programs that were built by Debian."""
