"""When each account last came in, and how often it failed to."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TypeVar

from rongdun_agent.host import Host, Refused
from rongdun_agent.local_accounts.key_files import key_files
from rongdun_agent.local_accounts.lines import PasswdEntry, first_of_each_name, parse_passwd, parse_shadow
from rongdun_agent.local_accounts.ways_in import way_in
from rongdun_agent.login_records import databases, lastlog, utmp
from rongdun_agent.login_records.visit import Visit, latest
from rongdun_agent.probed import Probed
from rongdun_agent.probes import sshd
from rongdun_contract.documents import Source
from rongdun_contract.facts.accounts import Password
from rongdun_contract.facts.logins import Login, Logins
from rongdun_contract.facts.model import Maybe, Unknown
from rongdun_contract.reasons import Reason

_PASSWD, _SHADOW = "/etc/passwd", "/etc/shadow"
_LAST_SECOND = 253402300799
T = TypeVar("T")


def probe(host: Host) -> Probed:
    """Ask each record that the host keeps about each local account; the last login of all records counts."""
    accounts = first_of_each_name(parse_passwd(_PASSWD, host.lines(_PASSWD)).entries).values()
    shadow = _asked(lambda: first_of_each_name(parse_shadow(_SHADOW, host.lines(_SHADOW)).entries))
    patterns = key_files(host, sshd.probe)
    passwords = {
        account.name: way_in(host, account, None if isinstance(shadow, Unknown) else shadow, patterns)
        for account in accounts
        if account.uid
    }
    records = (
        _asked(lambda: _by_name(host, tuple(accounts))),
        _asked(lambda: databases.last_visits(host, databases.LASTLOG2)),
        _asked(lambda: utmp.last_visits(host)),
        _asked(lambda: databases.last_visits(host, databases.WTMPDB)),
    )
    failed = _asked(lambda: utmp.failures(host))
    logins = tuple(_login(account.name, records, failed, passwords.get(account.name)) for account in accounts)
    return Probed(Logins(accounts=logins), {"": Source(where=", ".join(_kept(host)) or "no records of logins")})


def _by_name(host: Host, accounts: tuple[PasswdEntry, ...]) -> dict[str, Visit] | None:
    found = lastlog.last_visits(host, [account.uid for account in accounts])
    return None if found is None else {account.name: found[account.uid] for account in accounts if account.uid in found}


def _asked(question: Callable[[], T]) -> T | Unknown:
    """An answer, or why there is none: a closed record is not an empty one."""
    try:
        return question()
    except Refused:
        return Unknown(unknown="no permission")
    except ValueError:
        return Unknown(unknown="error")


def _login(
    name: str,
    records: tuple[Mapping[str, Visit] | Unknown | None, ...],
    failed: object,
    password: Maybe[Password | None],
) -> Login:
    visit = latest(*(record.get(name) for record in records if isinstance(record, Mapping)))
    reason = _doubt(records)
    last_at = Unknown(unknown=reason) if reason else _moment(visit)
    return Login(
        account=name,
        last_at=last_at,
        idle_since=_idle_since(last_at, password),
        last_from=visit.origin or None if visit and not reason else None,
        source=visit.source if visit and not reason else None,
        failures=failed if isinstance(failed, Unknown) else failed[name] if isinstance(failed, Mapping) else None,
    )


def _idle_since(last_at: Maybe[str | None], password: Maybe[Password | None]) -> Maybe[str | None]:
    """A date is earlier than the moments of its day, as their texts are."""
    if password is None or isinstance(password, Unknown):
        return password
    if isinstance(last_at, Unknown):
        return last_at
    return max(filter(None, (last_at, password.changed_on)), default=None)


def _doubt(records: tuple[Mapping[str, Visit] | Unknown | None, ...]) -> Reason | None:
    """Why nobody's last login can be told: a record that is closed may know a later one; no record knows nothing."""
    closed = next((record.unknown for record in records if isinstance(record, Unknown)), None)
    return closed or ("undecided" if all(record is None for record in records) else None)


def _moment(visit: Visit | None) -> str | None:
    if visit is None:
        return None
    return datetime.fromtimestamp(min(visit.at, _LAST_SECOND), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _kept(host: Host) -> list[str]:
    paths = (lastlog.PATH, databases.LASTLOG2[0], utmp.WTMP, databases.WTMPDB[0], utmp.BTMP)
    return [path for path in paths if _exists(host, path)]


def _exists(host: Host, path: str) -> bool:
    try:
        return host.exists(path)
    except Refused:
        return True
