"""passwd(5) joined with shadow(5): the state and the ages of one account's password."""

from datetime import date, timedelta

from rongdun_agent.local_accounts.hashes import classify
from rongdun_agent.local_accounts.lines import PasswdEntry, ShadowEntry
from rongdun_contract.facts.accounts import Password

_EPOCH = date(1970, 1, 1)
_LAST_DAY = (date.max - _EPOCH).days


def needs_shadow(entry: PasswdEntry) -> bool:
    """Whether the password field points to shadow(5), as `x` does (and `##name` in PAM's eyes)."""
    return entry.password in ("x", f"##{entry.name}")


def password_of(entry: PasswdEntry, shadow: ShadowEntry | None) -> Password | None:
    """Join an account with its shadow(5) line; nothing when it points to a line that does not exist."""
    if needs_shadow(entry):
        return _aged(shadow, shadow.hash) if shadow else None
    state, algorithm = classify(entry.password)
    if state == "usable":
        return Password(state="unshadowed", algorithm=algorithm)
    return Password(state=state, algorithm=algorithm)


def _aged(shadow: ShadowEntry, field: str) -> Password:
    state, algorithm = classify(field)
    return Password(
        state=state,
        algorithm=algorithm,
        changed_on=_day(shadow.changed) if shadow.changed else None,
        must_change=shadow.changed == 0,
        minimum_days=shadow.minimum,
        maximum_days=shadow.maximum,
        warning_days=shadow.warning,
        inactive_days=shadow.inactive,
        expires_on=_day(shadow.expires),
    )


def _day(days: int | None) -> str | None:
    """A day count since 1970 as an ISO date; a day that no calendar reaches is the last one."""
    return None if days is None else (_EPOCH + timedelta(days=min(days, _LAST_DAY))).isoformat()
