"""Moments as people read and write them: the time of Shanghai, which has had one offset since 1991."""

from datetime import UTC, datetime, timedelta, timezone

from markupsafe import Markup

from rongdun_collector.console.language import Language
from rongdun_collector.errors import CollectorError
from rongdun_collector.problems import invalid

SHANGHAI = timezone(timedelta(hours=8))
_STEPS = (
    (86400, "{} 天", "{} d"),
    (3600, "{} 小时", "{} h"),
    (60, "{} 分钟", "{} min"),
    (1, "{} 秒", "{} s"),
)


def shown(at: datetime | None) -> Markup:
    """A moment, with UTC where the pointer rests on it."""
    if at is None:
        return Markup('<span class="none">—</span>')
    local, utc = at.astimezone(SHANGHAI), at.astimezone(UTC)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        utc.isoformat(timespec="seconds"), f"{utc:%Y-%m-%d %H:%M:%S} UTC", f"{local:%Y-%m-%d %H:%M:%S}"
    )


def plain(at: datetime | None) -> str:
    """A moment for spreadsheets."""
    return "" if at is None else f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"


def for_input(at: datetime | None) -> str:
    """A moment as a browser's own date and time field takes it."""
    return "" if at is None else f"{at.astimezone(SHANGHAI):%Y-%m-%dT%H:%M:%S}"


def lasting(seconds: float | timedelta | None, language: Language) -> str:
    """How long, to the second."""
    if seconds is None:
        return "—"
    left = round(seconds.total_seconds() if isinstance(seconds, timedelta) else seconds)
    parts: list[str] = []
    for size, zh, en in _STEPS:
        count, left = divmod(left, size)
        if count or (size == 1 and not parts):
            parts.append((zh if language == "zh" else en).format(count))
    return " ".join(parts)


def span(length: timedelta, language: Language) -> str:
    """About how long, in the largest unit that fits."""
    seconds = max(0, int(length.total_seconds()))
    for size, zh, en in _STEPS:
        if seconds >= size:
            return (zh if language == "zh" else en).format(seconds // size)
    return "0 秒" if language == "zh" else "0 s"


def parse_moment(where: str, text: str) -> datetime:
    """The moment that a form's field means: Shanghai's unless it names a zone; CollectorError for none."""
    at = _parsed(text)
    if at is None:
        raise CollectorError(where, f"{text!r} is no moment", "write it as 2026-01-31T08:00, in the time of Shanghai")
    return at


def parse_as_of(text: str | None, now: datetime) -> datetime | None:
    """The moment that was asked for: Shanghai's unless it names a zone; None for now, or what is still to come."""
    if not text:
        return None
    at = _parsed(text)
    if at is None:
        raise invalid(f"as_of: {text!r} is no moment", "Write it as 2026-01-31T08:00, in the time of Shanghai.")
    return at if at < now else None


def _parsed(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text.strip())
        return (at.replace(tzinfo=SHANGHAI) if at.tzinfo is None else at).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
