"""Every keyword of sshd_config(5) that some version knows: whose setting it is, how it is read, where it may stand."""

from collections.abc import Mapping
from typing import NamedTuple

from rongdun_agent.sshd_config import choices, endpoints, limits, lists, simple, special
from rongdun_agent.sshd_config.algorithms import algorithm_list, gss_list
from rongdun_agent.sshd_config.build import Build
from rongdun_agent.sshd_config.line import Handler
from rongdun_agent.sshd_config.penalties import penalties

Number = tuple[int, ...]
_ALWAYS: Number = (0,)


class Keyword(NamedTuple):
    """A keyword in the versions from `since` up to but without `until`."""

    name: str
    setting: str
    handler: Handler
    in_match: bool = False
    """It may stand inside a Match block, and then takes the place of the global value."""
    since: Number = _ALWAYS
    until: Number | None = None
    debian: bool = False
    """Only in Debian's and Ubuntu's builds."""


def keywords_of(build: Build) -> Mapping[str, Keyword]:
    """What this build knows, by lower-case name."""
    return {
        keyword.name: keyword
        for keyword in KEYWORDS
        if build.since(*keyword.since)
        and (keyword.until is None or build.before(*keyword.until))
        and (not keyword.debian or build.debian or build.number is None)
    }


def _global(handler: Handler, *settings: str, **when: object) -> tuple[Keyword, ...]:
    return tuple(Keyword(setting.replace("_", ""), setting, handler, False, **when) for setting in settings)  # type: ignore[arg-type]  # noqa: FBT003 - the mapping holds fields of Keyword by name


def _anywhere(handler: Handler, *settings: str, **when: object) -> tuple[Keyword, ...]:
    return tuple(Keyword(setting.replace("_", ""), setting, handler, True, **when) for setting in settings)  # type: ignore[arg-type]  # noqa: FBT003 - the mapping holds fields of Keyword by name


def _retired(*names: str, in_match: bool = False, **when: object) -> tuple[Keyword, ...]:
    return tuple(Keyword(name, "", simple.ignored, in_match, **when) for name in names)  # type: ignore[arg-type] # the mapping holds fields of Keyword by name


_KEYS = algorithm_list("keys")

KEYWORDS: tuple[Keyword, ...] = (
    # switches
    *_global(simple.flag, "use_pam", "ignore_user_known_hosts", "print_motd", "print_last_log", "strict_modes"),
    *_global(simple.flag, "tcp_keep_alive", "use_dns", "kerberos_or_local_passwd", "kerberos_ticket_cleanup"),
    *_global(simple.flag, "gssapi_cleanup_credentials", "gssapi_strict_acceptor_check"),
    *_global(simple.flag, "gssapi_key_exchange", "gssapi_store_credentials_on_rekey", "debian_banner", debian=True),
    *_anywhere(simple.flag, "hostbased_authentication", "hostbased_uses_name_from_packet_only"),
    *_anywhere(simple.flag, "pubkey_authentication", "kerberos_authentication", "gssapi_authentication"),
    *_anywhere(simple.flag, "password_authentication", "kbd_interactive_authentication", "permit_empty_passwords"),
    *_anywhere(simple.flag, "x11_forwarding", "x11_use_localhost", "allow_agent_forwarding", "permit_tty"),
    *_anywhere(simple.flag, "permit_user_rc", "stream_local_bind_unlink", "disable_forwarding"),
    *_anywhere(simple.flag, "expose_auth_info", since=(7, 6)),
    *_anywhere(simple.flag, "refuse_connection", since=(9, 9)),
    *_global(simple.flag, "challenge_response_authentication", until=(8, 7)),
    *_retired("skeyauthentication", until=(8, 7)),
    *(
        Keyword(name, "kbd_interactive_authentication", simple.flag, in_match=True, since=(8, 7))
        for name in ("challengeresponseauthentication", "skeyauthentication")
    ),
    Keyword("dsaauthentication", "pubkey_authentication", simple.flag),
    Keyword("keepalive", "tcp_keep_alive", simple.flag),
    Keyword("gssapicleanupcreds", "gssapi_cleanup_credentials", simple.flag, debian=True),
    # one word of a few
    *_anywhere(simple.choice(choices.ROOT_LOGIN), "permit_root_login"),
    *_global(simple.flag, "ignore_rhosts", until=(8, 2)),
    *_anywhere(simple.choice(choices.IGNORE_RHOSTS), "ignore_rhosts", since=(8, 2)),
    *_anywhere(simple.choice(choices.GATEWAY_PORTS), "gateway_ports"),
    *_anywhere(simple.choice(choices.TCP_FORWARDING), "allow_tcp_forwarding", "allow_stream_local_forwarding"),
    *_anywhere(simple.choice(choices.LOG_LEVEL), "log_level"),
    *_global(simple.choice(choices.ADDRESS_FAMILY), "address_family"),
    *_global(simple.choice(choices.COMPRESSION), "compression"),
    *_global(simple.choice(choices.LOG_FACILITY), "syslog_facility"),
    *_global(simple.choice(choices.PRIVILEGE_SEPARATION), "use_privilege_separation", until=(7, 5)),
    *_anywhere(special.tunnel, "permit_tunnel"),
    *_global(special.fingerprint_hash, "fingerprint_hash"),
    # numbers and times
    *_anywhere(simple.number, "max_auth_tries", "max_sessions", "client_alive_count_max", "x11_display_offset"),
    *_anywhere(simple.number, "required_rsa_size", since=(9, 1)),
    *_anywhere(simple.seconds, "client_alive_interval"),
    *_global(simple.seconds, "login_grace_time"),
    *_anywhere(simple.seconds_or_none, "unused_connection_timeout", since=(9, 2)),
    *_anywhere(limits.bind_mask, "stream_local_bind_mask"),
    *_anywhere(limits.rekey_limit, "rekey_limit"),
    *_anywhere(limits.quality_of_service, "ip_qos"),
    *_global(limits.max_startups, "max_startups"),
    *_global(limits.source_startups, "per_source_max_startups", since=(8, 5)),
    *_global(limits.net_block_size, "per_source_net_block_size", since=(8, 5)),
    *_global(penalties, "per_source_penalties", since=(9, 8)),
    *_global(special.exempt_list, "per_source_penalty_exempt_list", since=(9, 8)),
    # files, commands, text
    *_global(simple.path, "pid_file", "xauth_location"),
    *_global(simple.path, "moduli_file", since=(8, 5)),
    *_global(simple.path, "sshd_session_path", since=(9, 8)),
    *_global(simple.path, "sshd_auth_path", since=(10, 0)),
    *_anywhere(simple.path, "banner", "trusted_user_ca_keys", "revoked_keys"),
    *_anywhere(simple.home_path, "authorized_principals_file"),
    *_anywhere(simple.text, "chroot_directory", "authorized_keys_command_user", "authorized_principals_command_user"),
    *_anywhere(simple.command, "authorized_keys_command", "authorized_principals_command"),
    *_anywhere(simple.rest_of_line, "force_command"),
    *_anywhere(simple.text, "pam_service_name", since=(9, 8)),
    *_global(special.version_addendum, "version_addendum"),
    *_global(special.key_agent, "host_key_agent"),
    *_global(special.key_provider, "security_key_provider", since=(8, 2)),
    *_anywhere(special.routing_domain, "rdomain", since=(7, 7)),
    *_global(special.user_environment, "permit_user_environment"),
    # lists
    *_global(special.port, "port"),
    *_global(special.listen_address, "listen_address"),
    *_global(lists.host_files, "host_key", "host_certificate"),
    Keyword("hostdsakey", "host_key", lists.host_files),
    *_anywhere(lists.users, "allow_users", "deny_users"),
    *_anywhere(lists.groups, "allow_groups", "deny_groups"),
    *_anywhere(lists.accepted_environment, "accept_env"),
    *_anywhere(lists.set_environment, "set_env", since=(7, 8)),
    *_anywhere(lists.key_files, "authorized_keys_file"),
    *_anywhere(special.authentication_methods, "authentication_methods"),
    *_anywhere(endpoints.forwarding_targets(bare_port=False), "permit_open"),
    *_anywhere(endpoints.forwarding_targets(bare_port=True), "permit_listen", since=(7, 8)),
    *_anywhere(lists.verbose_places, "log_verbose", since=(8, 5)),
    *_anywhere(lists.channel_timeouts, "channel_timeout", since=(9, 2)),
    *_anywhere(lists.key_options, "pubkey_auth_options", since=(8, 2)),
    *_global(special.subsystem, "subsystem", until=(9, 5)),
    *_anywhere(special.subsystem, "subsystem", since=(9, 5)),
    # algorithms
    *_global(algorithm_list("ciphers"), "ciphers"),
    *_global(algorithm_list("macs"), "macs"),
    *_global(algorithm_list("kex_algorithms"), "kex_algorithms"),
    *_global(_KEYS, "host_key_algorithms"),
    *_anywhere(_KEYS, "pubkey_accepted_algorithms", "hostbased_accepted_algorithms", since=(8, 5)),
    *_anywhere(algorithm_list("signatures"), "ca_signature_algorithms", since=(7, 9)),
    Keyword("pubkeyacceptedkeytypes", "pubkey_accepted_algorithms", _KEYS, in_match=True),
    Keyword("hostbasedacceptedkeytypes", "hostbased_accepted_algorithms", _KEYS, in_match=True),
    *_global(gss_list, "gssapi_kex_algorithms", debian=True),
    # what older releases had, and what no build in reach supports
    *_retired("pamauthenticationviakbdint", "serverkeybits", "keyregenerationinterval", "rhostsauthentication"),
    *_retired("rhostsrsaauthentication", "rsaauthentication", "authorizedkeysfile2", in_match=True),
    *_retired("kerberosgetafstoken", "kerberostgtpassing", "afstokenpassing", "checkmail", "uselogin", "protocol"),
    *_retired("verifyreversemapping", "reversemappingcheck", "permitblacklistedkeys"),
    *_retired("useprivilegeseparation", since=(7, 5)),
    *_retired("gssusesessionccache", "gssapiusesessioncredcache", debian=True),
)
