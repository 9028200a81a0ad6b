"""Which host is looked at, and the walk that was made of it before."""

import os
from pathlib import Path

from rongdun_agent.errors import AgentError
from rongdun_agent.host import Host
from rongdun_agent.state import State
from rongdun_agent.survey import WALK, WEAK_PASSWORDS
from rongdun_contract.documents import Section, Survey, Unavailable


def open_host(root: str | None) -> Host:
    """The live machine, or the tree below `root`; raises AgentError when that is no directory that we may enter."""
    if root is None:
        return Host()
    place = Path(root).absolute()
    if not place.is_dir():
        raise AgentError(root, "is no directory", "name the directory that stands for / of the host")
    if not os.access(place, os.R_OK | os.X_OK):
        raise AgentError(root, "may not be read", "run as root, or name a tree of your own")
    return Host(place)


def with_kept_walk(host: Host, found: Survey, state: State) -> Survey:
    """The survey with the last walk in place of one that was not made now.

    A walk made now is kept for later scans where the state directory is ours: a file of root's in the service's own
    directory would lock the service out.
    """
    part = found.get(WALK)
    if not host.live or part is None:
        return found
    if isinstance(part, Section):
        if part.taken_at is not None and _is_ours(state.folder):
            state.save_walk(part, part.taken_at)
        return found
    if part.reason != "not probed":
        return found
    try:
        kept = state.last_walk()
    except AgentError as error:
        return {**found, WALK: Unavailable("not probed", str(error))}
    return found if kept is None else {**found, WALK: kept}


def with_kept_guesses(host: Host, found: Survey, state: State, of: list[float]) -> Survey:
    """The survey with what came of trying passwords last, where they were not tried now and none was changed since.

    `of` is the stamp of the files that hold them, from before the survey: what changed meanwhile was not tried.
    """
    part = found.get(WEAK_PASSWORDS)
    if not host.live or part is None:
        return found
    if isinstance(part, Section):
        if part.taken_at is not None and _is_ours(state.folder):
            state.save_guesses(part, part.taken_at, of)
        return found
    try:
        kept = state.last_guesses(of) if part.reason == "not probed" else None
    except AgentError as error:
        return {**found, WEAK_PASSWORDS: Unavailable("not probed", str(error))}
    return found if kept is None else {**found, WEAK_PASSWORDS: kept}


def _is_ours(folder: Path) -> bool:
    try:
        return folder.stat().st_uid == os.geteuid()
    except FileNotFoundError:
        return os.access(folder.parent, os.W_OK)
    except OSError:
        return False
