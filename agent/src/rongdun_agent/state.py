"""The agent's own directory: credential, spool, the last walk, the last cycle, a drill; written whole or not at all."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rongdun_agent.errors import AgentError
from rongdun_contract.documents import Section, section_of

SYSTEM_STATE = Path("/var/lib/rongdun")

_MAKING = os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
"""Root writes here too, in a folder that is not root's: no link that lies there may lead it elsewhere."""


@dataclass(frozen=True, slots=True)
class Credential:
    """Where to send and as whom: `secret` is `HOST.SECRET`, `ca` the pinned CA as PEM (absent on loopback HTTP)."""

    url: str
    host: str
    secret: str
    ca: str | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A cycle that is held back while the host is under pressure; `why` names the pressure and its bound."""

    since: datetime
    until: datetime
    why: str


class State:
    """The state directory of one agent (mode 0700)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.spool_path = folder / "spool.db"

    def credential(self) -> Credential | None:
        """Who we are to the collector, or None before enrolment."""
        fields = self._read("credential.json")
        if fields is None:
            return None
        try:
            return Credential(**fields)
        except TypeError as error:
            remedy = "enrol this host again with a new token"
            raise AgentError(str(self.folder / "credential.json"), "is no credential", remedy) from error

    def save_credential(self, credential: Credential) -> None:
        """Keep the credential, readable by the agent alone."""
        self._write("credential.json", asdict(credential))

    def pending_nonce(self, fresh: str) -> str:
        """The nonce of an enrolment under way: the one on disk if there is one, so that a repetition is harmless."""
        found = self._read("enrolment.json")
        if found is not None and isinstance(found.get("nonce"), str):
            return str(found["nonce"])
        self._write("enrolment.json", {"nonce": fresh})
        return fresh

    def forget_nonce(self) -> None:
        """The enrolment is complete."""
        (self.folder / "enrolment.json").unlink(missing_ok=True)

    def last_walk(self) -> Section | None:
        """What the last walk over the file system found, with its time."""
        kept = self._read("walk.json")
        if kept is None:
            return None
        try:
            at = datetime.fromisoformat(kept["taken_at"])
            return section_of(kept["schema"], kept["facts"], kept["sources"], taken_at=at)
        except (KeyError, TypeError, ValueError) as error:
            raise self._damaged("walk.json") from error

    def save_walk(self, walk: Section, at: datetime) -> None:
        """Keep a walk for the cycles and scans until the next one."""
        kept = {"taken_at": at.isoformat(), "schema": walk.schema, "facts": walk.facts, "sources": walk.sources}
        self._write("walk.json", kept)

    def last_guesses(self, of: list[float]) -> Section | None:
        """What came of trying passwords last, if the files that hold them (`stamp_of`) are still as they were then."""
        kept = self._read("weak_passwords.json")
        if kept is None or kept.get("of") != of:
            return None
        try:
            at = datetime.fromisoformat(kept["taken_at"])
            return section_of(kept["schema"], kept["facts"], kept["sources"], taken_at=at)
        except (KeyError, TypeError, ValueError) as error:
            raise self._damaged("weak_passwords.json") from error

    def save_guesses(self, guesses: Section, at: datetime, of: list[float]) -> None:
        """Keep what came of trying passwords, until the next time or until a password is changed."""
        kept = {"taken_at": at.isoformat(), "schema": guesses.schema, "facts": guesses.facts, "of": of}
        self._write("weak_passwords.json", kept | {"sources": guesses.sources})

    def last_cycle(self) -> dict[str, Any]:
        """What the last cycle did (`cycle.Report` as JSON data); empty before the first."""
        return self._read("cycle.json") or {}

    def save_cycle(self, report: dict[str, Any]) -> None:
        """Keep what a cycle did, for `status`, for the supervisor and for the next cycle."""
        self._write("cycle.json", report)

    def save_interval(self, seconds: int) -> None:
        """Tell the supervisor, which reads no JSON, when the next cycle is due."""
        self._replace("interval", str(seconds).encode())

    def save_pressure(self, cpu: int, memory: int, io: int, wait_s: int) -> None:
        """Tell the supervisor what the host puts up with (percent) and how long a cycle waits for less at most."""
        told = f"{cpu} {memory} {io} {wait_s}".encode()
        path = self.folder / "pressure"
        if not path.exists() or path.read_bytes() != told:  # each cycle would write the same to the disk
            self._replace("pressure", told)

    def waiting(self, now: datetime) -> Waiting | None:
        """What the supervisor wrote when it held a cycle back; a wait whose time is over has ended somehow."""
        try:
            since, until, why = (self.folder / "waiting").read_text().split(maxsplit=2)
            found = Waiting(_moment(since), _moment(until), why)
        except (OSError, ValueError, OverflowError):
            return None  # there is none, or it ends just now
        return found if now <= found.until + timedelta(minutes=1) else None

    def drill(self) -> dict[str, Any] | None:
        """The drill that the host takes part in (`watch.drill.Drill` as JSON data), None without one.

        One that is damaged is none: the collector's next answer orders it again.
        """
        try:
            return self._read("drill.json")
        except AgentError:
            if (self.folder / "drill.json").exists() and os.access(self.folder / "drill.json", os.R_OK):
                return None
            raise

    def save_drill(self, drill: dict[str, Any], until: float) -> None:
        """Keep a drill, and tell the supervisor, which reads no JSON, until when (unix time) it needs a watcher."""
        self._write("drill.json", drill)
        self._replace("drill", str(int(until)).encode())

    def end_drill(self) -> None:
        """No drill any more."""
        for name in ("drill", "drill.json", "watch.json"):
            (self.folder / name).unlink(missing_ok=True)

    def drill_refusal(self) -> str | None:
        """Which drill the collector orders that this host takes no part in, and why."""
        return (self._read("refusal.json") or {}).get("why")

    def save_refusal(self, why: str | None) -> None:
        """Keep or forget why a drill was refused, for `status`."""
        if why is None:
            (self.folder / "refusal.json").unlink(missing_ok=True)
        elif why != self.drill_refusal():
            self._write("refusal.json", {"why": why})

    def watch_report(self) -> dict[str, Any]:
        """How the watcher of a drill fares (`watch.report.Report` as JSON data); empty without one."""
        return self._read("watch.json") or {}

    def save_watch_report(self, report: dict[str, Any]) -> None:
        """Keep how the watcher fares, for `status`."""
        self._write("watch.json", report)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Only one cycle at a time; a second one is told so."""
        with self._holding("lock") as ours:
            if not ours:
                raise AgentError(str(self.folder), "another cycle is running", "wait for it to end")
            yield

    @contextmanager
    def delivering(self) -> Iterator[bool]:
        """Whether we may deliver, and record what a drill watches: a cycle may unless a watcher lives."""
        with self._holding("delivery.lock") as ours:
            yield ours

    @contextmanager
    def _holding(self, name: str) -> Iterator[bool]:
        """Take a lock that ends with the process, if nobody else has it."""
        self._make_folder()
        descriptor = open_for_owner(self.folder / name, os.O_RDWR)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True
        finally:
            os.close(descriptor)

    def _make_folder(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            remedy = "run as root, or name a directory that you may write to with --state"
            raise AgentError(str(self.folder), f"cannot be made ({error.strerror})", remedy) from error

    def _read(self, name: str) -> dict[str, Any] | None:
        path = self.folder / name
        try:
            found = json.loads(path.read_bytes())
        except FileNotFoundError:
            return None
        except PermissionError as error:
            raise AgentError(
                str(path), "may not be read", "run as the user whom the agent runs as, or as root"
            ) from error
        except ValueError as error:
            raise self._damaged(name) from error
        return found if isinstance(found, dict) else None

    def _damaged(self, name: str) -> AgentError:
        return AgentError(str(self.folder / name), "is damaged", f"remove it: {name} is made anew")

    def _write(self, name: str, value: dict[str, Any]) -> None:
        self._replace(name, json.dumps(value, ensure_ascii=False, default=str).encode())

    def _replace(self, name: str, data: bytes) -> None:
        """Replace a file in one step; it is there whole, old or new, after a crash at any moment."""
        self._make_folder()
        path, fresh = self.folder / name, self.folder / f".{name}.new"
        try:
            descriptor = open_for_owner(fresh, os.O_WRONLY | os.O_TRUNC)
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
        except OSError as error:
            raise AgentError(
                str(path), f"cannot be written ({error.strerror})", "make room, or mend its owner"
            ) from error


def open_for_owner(path: Path, flags: int) -> int:
    """Open a file of the folder, made where it is not there.

    What root makes in the service's folder is given to the service's user, who could not write it otherwise.
    """
    descriptor = os.open(path, flags | _MAKING, 0o600)
    if os.geteuid() == 0:
        owner, found = path.parent.stat(), os.fstat(descriptor)
        if (owner.st_uid, owner.st_gid) != (found.st_uid, found.st_gid):  # a hardened root may not even ask
            os.fchown(descriptor, owner.st_uid, owner.st_gid)
    return descriptor


def _moment(text: str) -> datetime:
    return datetime.fromtimestamp(int(text), UTC)


def default_state() -> Path:
    """`$RONGDUN_STATE`, else /var/lib/rongdun for root, else the user's own state directory (XDG base directories)."""
    if named := os.environ.get("RONGDUN_STATE"):
        return Path(named)
    if os.geteuid() == 0:
        return SYSTEM_STATE
    home = os.environ.get("XDG_STATE_HOME")
    return (Path(home) if home else Path.home() / ".local/state") / "rongdun"
