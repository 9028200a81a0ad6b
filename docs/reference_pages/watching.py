"""What a drill's watcher is told of by the kernel, section by section, from the table that it goes by."""

from collections.abc import Iterator

from docs.reference_pages.mark import MADE
from rongdun_agent.watch.section import EVENT_SHARE, SAFETY_SHARE
from rongdun_agent.watch.triggers import NOT_WATCHED, TRIGGERS, Trigger

_WATCHING = f"""# What is watched in a drill

{MADE}
A section below is read again as soon as something moved: within about a second, if the watcher has processor time saved
up. All readings because something moved may take {100 * EVENT_SHARE:g} % of a core in the long run, shared alike among
the watched sections; a quiet section saves up two seconds of it, some twenty readings. Every watched section is also
read although nothing was told: at each check-in where that is cheap, and the rarer the dearer it is, within
{100 * SAFETY_SHARE:g} % of a core. So a section that is not below (policy such as the packet filter, audit, logging)
answers at a check-in, usually within half a minute.

*Written*: what is written into these files counts. *There*: only that they come, go, or get other rights. *Looked at*:
tables of the kernel that are compared every second. Beside these, every file that a fact came from is watched, and
symlinks where they lead. A directory that is not there yet is waited for.

"""


def watching() -> str:
    """Each section with its files and tables."""
    sections = "".join(_section(name, trigger) for name, trigger in TRIGGERS.items())
    rest = "".join(f"\n## {name}\n\nNot watched: {why}.\n" for name, why in NOT_WATCHED.items())
    return _WATCHING + (sections + rest).removeprefix("\n")


def _section(name: str, trigger: Trigger) -> str:
    return f"\n## {name}\n\n" + "\n".join(f"- {line}" for line in _lines(trigger)) + "\n"


def _lines(trigger: Trigger) -> Iterator[str]:
    if trigger.contents:
        yield f"Written: {_list(trigger.contents)}"
    if trigger.entries:
        yield f"There: {_list(trigger.entries)}"
    if trigger.depends_on_host:
        yield f"As the host has them: {_first_line(trigger.more)}"
    for poll in trigger.polls:
        yield f"Looked at: {_first_line(poll)}"


def _list(patterns: tuple[str, ...]) -> str:
    return ", ".join(f"`{pattern}`" for pattern in sorted(dict.fromkeys(patterns)))


def _first_line(function: object) -> str:
    text = " ".join((function.__doc__ or "").split()).rstrip(".")
    return text[:1].lower() + text[1:]
