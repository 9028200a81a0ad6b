"""What each known module may return to an attempt at logging in; of an unknown one anything has to be expected."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from rongdun_agent.pam_stacks import conditions, counters
from rongdun_agent.pam_stacks.chains import Handler
from rongdun_agent.pam_stacks.control import CODES
from rongdun_agent.pam_stacks.counters import Counter
from rongdun_agent.pam_stacks.machine import Answer
from rongdun_agent.pam_stacks.scenario import Scenario, Surroundings

TRIED, COUNTED, BLOCKED, EMPTY_ACCEPTED = "tried", "counted", "blocked", "empty accepted"
"""Events: a wrong password was looked at, a failure counted, a locked account refused, an empty password let in."""

SECOND_FACTORS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "pam_duo": (),
        "pam_fprintd": (),
        "pam_google_authenticator": ("nullok",),
        "pam_linotp": (),
        "pam_oath": ("alwaysok",),
        "pam_otpw": (),
        "pam_p11": (),
        "pam_pkcs11": (),
        "pam_poldi": (),
        "pam_privacyidea": (),
        "pam_radius": ("localifdown",),
        "pam_radius_auth": ("localifdown",),
        "pam_securid": (),
        "pam_ssh_agent_auth": (),
        "pam_u2f": ("nouserok", "alwaysok"),
        "pam_yubico": ("nullok", "alwaysok"),
    }
)
"""Modules that ask for something besides the password, and the options with which one may go without it."""

DIRECTORIES = frozenset(
    (
        "pam_krb5",
        "pam_ldap",
        "pam_lsass",
        "pam_nis",
        "pam_sss",
        "pam_sss_gss",
        "pam_vas",
        "pam_winbind",
        "pam_centrifydc",
    )
)
_SUCCESS, _IGNORE, _AUTH_ERR = Answer("success"), Answer("ignore"), Answer("auth_err")
_PERHAPS = (Answer("success", guess=True), Answer("auth_err", guess=True))
_FIXED: Mapping[str, tuple[Answer, ...]] = MappingProxyType(
    dict.fromkeys(
        ("pam_permit", "pam_localuser", "pam_shells", "pam_limits", "pam_loginuid", "pam_selinux", "pam_systemd"),
        (_SUCCESS,),
    )
    | dict.fromkeys(
        ("pam_umask", "pam_keyinit", "pam_mail", "pam_debug", "pam_mkhomedir", "pam_oddjob_mkhomedir"), (_SUCCESS,)
    )
    | dict.fromkeys(("pam_echo", "pam_env", "pam_faildelay", "pam_group", "pam_issue", "pam_motd"), (_IGNORE,))
    | dict.fromkeys(("pam_nologin", "pam_sepermit", "pam_warn"), (_IGNORE,))
    | dict.fromkeys(("pam_cap", "pam_ck_connector", "pam_gnome_keyring"), (_SUCCESS, _IGNORE))
    | dict.fromkeys(("pam_kwallet", "pam_kwallet5", "pam_mount", "pam_ecryptfs"), (_SUCCESS, _IGNORE))
    | dict.fromkeys(
        ("pam_access", "pam_lastlog", "pam_lastlog2", "pam_securetty", "pam_time"), (_SUCCESS, _IGNORE, _AUTH_ERR)
    )
    | {"pam_deny": (_AUTH_ERR,), "pam_listfile": _PERHAPS}
)
"""Modules whose answer does not depend on who tries what, as far as the files tell."""

_FACTOR_FAILURES = ("auth_err", "cred_insufficient", "authinfo_unavail", "user_unknown", "maxtries")
ANYTHING = tuple(Answer(code, guess=True) for code in CODES if code not in ("conv_again", "incomplete"))

CounterOf = Callable[[Handler], Counter | None]


def login_answers(
    handler: Handler, scenario: Scenario, around: Surroundings, counter_of: CounterOf
) -> tuple[Answer, ...]:
    """What the module of an `auth` line may return."""
    module, args = handler.module, handler.args
    if module == "pam_unix":
        return _unix(args, scenario)
    if module in counters.MODULES:
        return _counter(counter_of(handler), scenario)
    if module in SECOND_FACTORS:
        return _second_factor(module, args, scenario)
    if module in DIRECTORIES:
        return tuple(Answer(code) for code in ("user_unknown", "authinfo_unavail", "auth_err", "ignore"))
    return identity_answers(handler, scenario, around) or ANYTHING


def account_answers(handler: Handler, scenario: Scenario, around: Surroundings) -> tuple[Answer, ...]:
    """What the module of an `account` line may return for an account that is neither locked nor expired."""
    if handler.module == "pam_unix" or handler.module in counters.MODULES:
        return (Answer("success"),)
    if handler.module == "pam_deny":
        return (Answer("acct_expired"),)
    if handler.module in DIRECTORIES:
        return tuple(Answer(code) for code in ("user_unknown", "success", "ignore", "authinfo_unavail"))
    return identity_answers(handler, scenario, around) or ANYTHING


def identity_answers(handler: Handler, scenario: Scenario, around: Surroundings) -> tuple[Answer, ...]:
    """Answers that do not depend on the kind of work; empty for a module that is not known here."""
    match handler.module:
        case "pam_succeed_if":
            found = conditions.succeed_if(handler.args, scenario, around)
        case "pam_usertype":
            found = conditions.user_type(handler.args, scenario)
        case "pam_wheel":
            found = conditions.wheel(handler.args, scenario, around)
        case "pam_rootok":
            found = conditions.root_ok(around)
        case "pam_nologin" if "successok" in handler.args:
            found = (_SUCCESS,)
        case module:
            found = _FIXED.get(module, ())
    return found


def is_known(handler: Handler) -> bool:
    """Whether we know what the module of an `auth` line does."""
    return handler.module in {"pam_unix", *counters.MODULES, *SECOND_FACTORS, *DIRECTORIES} or bool(
        identity_answers(handler, Scenario(), Surroundings("", runs_as_root=False, first_regular_uid=0, groups={}))
    )


def _unix(args: tuple[str, ...], scenario: Scenario) -> tuple[Answer, ...]:
    if scenario.password == "empty":  # noqa: S105 - no password
        accepted = any(arg.startswith("nullok") for arg in args)
        return (Answer("success", EMPTY_ACCEPTED) if accepted else Answer("auth_err"),)
    return (Answer("success") if scenario.password == "right" else Answer("auth_err", TRIED),)  # noqa: S105 - no password


def _counter(counter: Counter | None, scenario: Scenario) -> tuple[Answer, ...]:
    if counter is None:
        return (Answer("service_err"),)
    binding = counter.deny > 0 and (counter.binds_root or not scenario.root)
    event = COUNTED if counter.step in ("authfail", "all") else None
    if scenario.locked and binding:
        return (Answer("auth_err", BLOCKED),)
    return (Answer("ignore" if counter.step == "authfail" else "success", event),)


def _second_factor(module: str, args: tuple[str, ...], scenario: Scenario) -> tuple[Answer, ...]:
    if scenario.withheld not in ("all", module):
        return (Answer("success"),)
    failures = tuple(Answer(code) for code in _FACTOR_FAILURES)
    skippable = any(arg.partition("=")[0] in SECOND_FACTORS[module] for arg in args)
    return (*failures, Answer("success"), Answer("ignore")) if skippable else failures
