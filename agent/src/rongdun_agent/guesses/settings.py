"""What the host's own settings ask for."""

from datetime import datetime

from rongdun_agent.config import GuessBounds
from rongdun_agent.errors import AgentError
from rongdun_agent.guesses.asked import Asked

MOST_WORDS = 20_000


def asked_by(bounds: GuessBounds, now: datetime) -> Asked:
    """How passwords are to be tried; raises AgentError where the file of words cannot be read."""
    words = () if bounds.words is None else _words(bounds)
    return Asked(now.year, words, bounds.organisation, float(bounds.seconds))


def _words(bounds: GuessBounds) -> tuple[str, ...]:
    place = f"weak_passwords.words {bounds.words}"
    try:
        words = bounds.words.read_text("utf-8").splitlines() if bounds.words else []
    except (OSError, UnicodeDecodeError) as error:
        raise AgentError(place, f"cannot be read ({error})", "name a file of words in UTF-8, one a line") from error
    if len(words) > MOST_WORDS:
        raise AgentError(place, f"has {len(words)} words", f"keep the {MOST_WORDS} likeliest: each costs time")
    return tuple(word for word in words if word)
