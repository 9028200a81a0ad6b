"""What the daemon takes where nobody set anything, by version."""

from collections.abc import Iterator

from rongdun_agent.sshd_config import choices, penalties
from rongdun_agent.sshd_config.algorithms import LISTS_OF, algorithms_of
from rongdun_agent.sshd_config.build import Build
from rongdun_agent.sshd_config.keywords import keywords_of
from rongdun_agent.sshd_config.numbers import INT_MAX
from rongdun_agent.sshd_config.options import UNDECIDED, Options

_YES = [
    "pubkey_authentication",
    "password_authentication",
    "kerberos_or_local_passwd",
    "kerberos_ticket_cleanup",
    "ignore_rhosts",
    "gssapi_cleanup_credentials",
    "gssapi_strict_acceptor_check",
    "print_motd",
    "print_last_log",
    "x11_use_localhost",
    "permit_tty",
    "permit_user_rc",
    "strict_modes",
    "tcp_keep_alive",
    "compression",
    "allow_tcp_forwarding",
    "allow_agent_forwarding",
    "allow_stream_local_forwarding",
    "debian_banner",
    "challenge_response_authentication",
]
_NO = [
    "use_pam",
    "ignore_user_known_hosts",
    "hostbased_authentication",
    "hostbased_uses_name_from_packet_only",
    "x11_forwarding",
    "kerberos_authentication",
    "gssapi_authentication",
    "gssapi_key_exchange",
    "gssapi_store_credentials_on_rekey",
    "use_dns",
    "permit_empty_passwords",
    "gateway_ports",
    "disable_forwarding",
    "stream_local_bind_unlink",
    "expose_auth_info",
    "refuse_connection",
    "permit_tunnel",
]
_NOTHING = [
    "banner",
    "force_command",
    "chroot_directory",
    "trusted_user_ca_keys",
    "revoked_keys",
    "authorized_principals_file",
    "version_addendum",
    "authorized_keys_command",
    "authorized_keys_command_user",
    "authorized_principals_command",
    "authorized_principals_command_user",
    "host_key_agent",
    "per_source_penalty_exempt_list",
]
_VALUES: dict[str, object] = {
    **dict.fromkeys(_YES, "yes"),
    **dict.fromkeys(_NO, "no"),
    **dict.fromkeys(_NOTHING, "none"),
    "permit_root_login": "without-password",
    "address_family": "any",
    "login_grace_time": 120,
    "x11_display_offset": 10,
    "max_auth_tries": 6,
    "max_sessions": 10,
    "client_alive_interval": 0,
    "client_alive_count_max": 3,
    "required_rsa_size": 1024,
    "stream_local_bind_mask": 0o177,
    "unused_connection_timeout": 0,
    "fingerprint_hash": "SHA256",
    "log_level": "INFO",
    "syslog_facility": "AUTH",
    "pid_file": "/run/sshd.pid",
    "moduli_file": "/etc/ssh/moduli",
    "xauth_location": "/usr/bin/xauth",
    "security_key_provider": "internal",
    "pam_service_name": "sshd",
    "sshd_session_path": "/usr/lib/openssh/sshd-session",
    "sshd_auth_path": "/usr/lib/openssh/sshd-auth",
    "authorized_keys_file": (".ssh/authorized_keys", ".ssh/authorized_keys2"),
    "authentication_methods": ("any",),
    "channel_timeout": (),
    "permit_open": ("any",),
    "permit_listen": ("any",),
    "pubkey_auth_options": (),
    "per_source_max_startups": INT_MAX,
    "per_source_net_block_size": (32, 128),
    "permit_user_environment": "no",
    "use_privilege_separation": "sandbox",
}
_DEPEND_ON_THE_BUILD = frozenset(
    ("pid_file", "moduli_file", "xauth_location", "sshd_session_path", "sshd_auth_path", "use_dns", "ip_qos", "use_pam")
)
"""Distributors choose these when they build or patch: known for Debian's builds only."""
_STARTUPS = (10, 30, 100)
_PARTS: dict[str, dict[str, object]] = {
    "rekey_limit": {"rekey_limit.data_bytes": 0, "rekey_limit.interval_s": 0},
    "per_source_penalties": {
        "per_source_penalties.enabled": "yes",
        **{f"per_source_penalties.{name}": value for name, value in (penalties.TIMES | penalties.COUNTS).items()},
        "per_source_penalties.overflow": "permissive",
    },
}


def fill(options: Options, build: Build) -> None:
    """Give every setting of this build a value that was not given one; unknown where the build is."""
    where = f"default of {build.title}"
    for setting, value in _defaults(build):
        options.default(setting, value if build.number is not None else UNDECIDED, where)
    overflow = options.get("per_source_penalties.overflow")
    if overflow is not None:
        options.default("per_source_penalties.overflow6", overflow, where)
    _complete_startups(options, build, where)


def _defaults(build: Build) -> Iterator[tuple[str, object]]:
    for setting in {keyword.setting: None for keyword in keywords_of(build).values()}:
        if setting in _PARTS:
            yield from _PARTS[setting].items()
        elif setting == "kbd_interactive_authentication":
            yield setting, "yes" if build.since(8, 7) else "no"
        elif setting == "host_key":
            directory = build.main_file.rpartition("/")[0]
            yield setting, tuple(f"{directory}/ssh_host_{kind}_key" for kind in ("rsa", "ecdsa", "ed25519"))
        elif setting == "ip_qos":
            yield setting, _qos(build)
        elif setting == "gssapi_kex_algorithms":
            lists = algorithms_of(build)
            yield setting, UNDECIDED if lists is None else lists[setting].default
        elif setting in _VALUES and setting not in LISTS_OF:
            known = build.debian or setting not in _DEPEND_ON_THE_BUILD
            yield setting, _VALUES[setting] if known else UNDECIDED


def _qos(build: Build) -> object:
    if not build.debian:
        return UNDECIDED
    return ("ef", "cs1") if choices.modern_qos(build) else ("lowdelay", "throughput")


def _complete_startups(options: Options, build: Build, where: str) -> None:
    """A rate that was never given; begin and full come together, or are defaults."""
    if build.number is None:
        options.default("max_startups", UNDECIDED, where)
        return
    options.default("max_startups", _STARTUPS, where)
    # before OpenSSH 8.7 somebody may have written -1, which the daemon takes for "not set"
    options.change(
        "max_startups",
        lambda value: tuple(
            usual if part in (None, -1) else part for part, usual in zip(value, _STARTUPS, strict=True)
        ),
    )
