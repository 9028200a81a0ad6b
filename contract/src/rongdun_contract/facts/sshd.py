"""The SSH daemon: what each kind of connection really gets, not what a line of sshd_config(5) says."""

from typing import Literal

from rongdun_contract.facts.model import Count, FactModel, Maybe, Mode

Words = tuple[str, ...]


class MaxStartups(FactModel):
    """Unauthenticated connections: from `begin` on, `rate` percent are refused; from `full` on, all."""

    begin: int
    rate: int
    full: int


class RekeyLimit(FactModel):
    """Session keys are renewed after so much data or time; 0 leaves it to the cipher's own default, or means never."""

    data_bytes: Count
    interval_s: Count


class NetBlockSize(FactModel):
    """Prefix lengths by which sources are counted as one."""

    ipv4: int
    ipv6: int


class Context(FactModel):
    """What `sshd -T` would print for the connections that satisfy exactly these Match blocks, keyword by keyword.

    Names are those of sshd_config(5) in snake_case. Words are as `sshd -T` of the release prints them, one for all
    spellings (`without-password` up to 10.0, also where `prohibit-password` is written; `none` where nothing is set);
    numbers are numbers, times are seconds, lists are lists in their order. Absent: this release has no such keyword.
    """

    name: str
    """`base`, or the satisfied Match lines as `Match User alice + Match Address 10.0.0.0/8`."""
    criteria: Words = ()
    """The satisfied Match lines, without the word Match; `Match all` is part of every context and not listed."""

    # who may come in, and how
    permit_root_login: Maybe[str | None] = None
    pubkey_authentication: Maybe[str | None] = None
    password_authentication: Maybe[str | None] = None
    kbd_interactive_authentication: Maybe[str | None] = None
    challenge_response_authentication: Maybe[str | None] = None
    """Before OpenSSH 8.7; since then another name of `kbd_interactive_authentication`."""
    hostbased_authentication: Maybe[str | None] = None
    kerberos_authentication: Maybe[str | None] = None
    gssapi_authentication: Maybe[str | None] = None
    permit_empty_passwords: Maybe[str | None] = None
    use_pam: Maybe[str | None] = None
    pam_service_name: Maybe[str | None] = None
    authentication_methods: Maybe[Words | None] = None
    """Alternatives, each a comma-separated chain that must be completed; `any` alone: one method suffices."""
    max_auth_tries: Maybe[int | None] = None
    login_grace_time: Maybe[int | None] = None
    allow_users: Maybe[Words] = ()
    deny_users: Maybe[Words] = ()
    allow_groups: Maybe[Words] = ()
    deny_groups: Maybe[Words] = ()
    strict_modes: Maybe[str | None] = None
    ignore_rhosts: Maybe[str | None] = None
    ignore_user_known_hosts: Maybe[str | None] = None
    hostbased_uses_name_from_packet_only: Maybe[str | None] = None
    refuse_connection: Maybe[str | None] = None

    # keys
    authorized_keys_file: Maybe[Words | None] = None
    authorized_keys_command: Maybe[str | None] = None
    authorized_keys_command_user: Maybe[str | None] = None
    authorized_principals_file: Maybe[str | None] = None
    authorized_principals_command: Maybe[str | None] = None
    authorized_principals_command_user: Maybe[str | None] = None
    trusted_user_ca_keys: Maybe[str | None] = None
    revoked_keys: Maybe[Words | None] = None
    pubkey_auth_options: Maybe[Words | None] = None
    security_key_provider: Maybe[str | None] = None
    required_rsa_size: Maybe[int | None] = None
    host_key: Maybe[Words | None] = None
    host_certificate: Maybe[Words] = ()
    host_key_agent: Maybe[str | None] = None
    fingerprint_hash: Maybe[str | None] = None

    # cryptography
    ciphers: Maybe[Words | None] = None
    macs: Maybe[Words | None] = None
    kex_algorithms: Maybe[Words | None] = None
    gssapi_kex_algorithms: Maybe[Words | None] = None
    host_key_algorithms: Maybe[Words | None] = None
    pubkey_accepted_algorithms: Maybe[Words | None] = None
    """Before OpenSSH 8.5 the keyword was PubkeyAcceptedKeyTypes."""
    hostbased_accepted_algorithms: Maybe[Words | None] = None
    ca_signature_algorithms: Maybe[Words | None] = None
    rekey_limit: Maybe[RekeyLimit | None] = None
    compression: Maybe[str | None] = None

    # sessions
    client_alive_interval: Maybe[int | None] = None
    client_alive_count_max: Maybe[int | None] = None
    unanswered_limit_s: Maybe[int | None] = None
    """No keyword: interval times count, after which it gives up a client that does not answer; absent: never."""
    unused_connection_timeout: Maybe[int | None] = None
    """0: never."""
    channel_timeout: Maybe[Words | None] = None
    tcp_keep_alive: Maybe[str | None] = None
    max_sessions: Maybe[int | None] = None
    max_startups: Maybe[MaxStartups | None] = None
    per_source_max_startups: Maybe[int | None] = None
    """Absent also where there is no limit."""
    per_source_net_block_size: Maybe[NetBlockSize | None] = None
    per_source_penalties: Maybe[Words | None] = None
    """`no` alone: switched off."""
    per_source_penalty_exempt_list: Maybe[str | None] = None
    permit_tty: Maybe[str | None] = None
    permit_user_rc: Maybe[str | None] = None
    permit_user_environment: Maybe[str | None] = None
    accept_env: Maybe[Words] = ()
    set_env: Maybe[Words] = ()
    force_command: Maybe[str | None] = None
    chroot_directory: Maybe[str | None] = None
    subsystem: Maybe[dict[str, str]] = {}
    """Command line by name."""
    print_motd: Maybe[str | None] = None
    print_last_log: Maybe[str | None] = None
    banner: Maybe[str | None] = None
    version_addendum: Maybe[str | None] = None
    debian_banner: Maybe[str | None] = None
    expose_auth_info: Maybe[str | None] = None
    use_dns: Maybe[str | None] = None
    ip_qos: Maybe[Words | None] = None

    # forwarding
    disable_forwarding: Maybe[str | None] = None
    allow_tcp_forwarding: Maybe[str | None] = None
    allow_agent_forwarding: Maybe[str | None] = None
    allow_stream_local_forwarding: Maybe[str | None] = None
    gateway_ports: Maybe[str | None] = None
    permit_open: Maybe[Words | None] = None
    permit_listen: Maybe[Words | None] = None
    permit_tunnel: Maybe[str | None] = None
    stream_local_bind_mask: Maybe[Mode | None] = None
    stream_local_bind_unlink: Maybe[str | None] = None
    x11_forwarding: Maybe[str | None] = None
    x11_display_offset: Maybe[int | None] = None
    x11_use_localhost: Maybe[str | None] = None
    xauth_location: Maybe[str | None] = None
    rdomain: Maybe[str | None] = None

    # the daemon
    port: Maybe[tuple[int, ...]] = ()
    address_family: Maybe[str | None] = None
    listen_address: Maybe[Words] = ()
    """`0.0.0.0:22`, `[::]:22`; what a socket unit makes the daemon listen on is `Sshd.listening`."""
    syslog_facility: Maybe[str | None] = None
    log_level: Maybe[str | None] = None
    log_verbose: Maybe[Words] = ()
    pid_file: Maybe[str | None] = None
    moduli_file: Maybe[str | None] = None
    sshd_session_path: Maybe[str | None] = None
    sshd_auth_path: Maybe[str | None] = None
    use_privilege_separation: Maybe[str | None] = None
    """Before OpenSSH 7.5."""

    # Kerberos and GSSAPI in detail
    kerberos_or_local_passwd: Maybe[str | None] = None
    kerberos_ticket_cleanup: Maybe[str | None] = None
    gssapi_cleanup_credentials: Maybe[str | None] = None
    gssapi_key_exchange: Maybe[str | None] = None
    gssapi_strict_acceptor_check: Maybe[str | None] = None
    gssapi_store_credentials_on_rekey: Maybe[str | None] = None
    gssapi_delegate_credentials: Maybe[str | None] = None


class Sshd(FactModel):
    """OpenSSH's daemon, its configuration resolved with Include, Match, options of the service and defaults."""

    installed: bool = False
    version: str | None = None
    """`9.2p1`, as the program itself says; absent when it could not be learnt, and then all defaults are unknown."""
    build: str | None = None
    """What the distributor adds to the version: `Debian-2+deb12u6`."""
    valid: Maybe[bool | None] = None
    """The daemon accepts its configuration; when it does not, it will not start again and `contexts` are undecided."""
    problems: Words = ()
    """`path:line: what` of everything that the daemon would refuse."""
    files: Words = ()
    """Configuration files in the order in which they are read."""
    activation: Literal["service", "socket"] | None = None
    """Started by a service unit, or by a socket unit that hands it connections or the listening socket."""
    listening: Maybe[Words] = ()
    """Where connections are taken: from the socket unit if that is what starts the daemon, else as configured."""
    contexts: Maybe[tuple[Context, ...]] = ()
    """The base first (no condition satisfied), then each satisfiable set of Match blocks, in the order of the file."""
