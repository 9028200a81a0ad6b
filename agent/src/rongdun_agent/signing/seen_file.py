"""The file of accepted packs in the agent's directory: versions never go back."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rongdun_agent.errors import AgentError
from rongdun_agent.state import open_for_owner
from rongdun_contract.signed_packs import NOTHING_SEEN, Seen, read_seen, seen_text

NAME = "seen-packs.json"


class SeenFile:
    """What was accepted so far; one process at a time reads and replaces it."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._path = folder, folder / NAME

    @contextmanager
    def held(self) -> Iterator[None]:
        """Wait for the others, and keep them waiting; raises AgentError where the folder cannot be written."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = open_for_owner(self._folder / f"{NAME}.lock", os.O_RDWR)
        except OSError as error:
            raise self._unusable(error) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def read(self) -> Seen:
        """What was accepted; a damaged file is an error, for it is not the same as none."""
        try:
            return read_seen(self._path.read_bytes())
        except FileNotFoundError:
            return NOTHING_SEEN
        except OSError as error:
            raise self._unusable(error) from error
        except ValueError as error:
            remedy = "restore it; or remove it, and older packs may pass once more"
            raise AgentError(str(self._path), "is damaged", remedy) from error

    def write(self, seen: Seen) -> None:
        """Replace it in one step."""
        fresh = self._folder / f".{NAME}.new"
        try:
            with os.fdopen(open_for_owner(fresh, os.O_WRONLY | os.O_TRUNC), "wb") as file:
                file.write(seen_text(seen))
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self._path)
        except OSError as error:
            raise self._unusable(error) from error

    def _unusable(self, error: OSError) -> AgentError:
        what = f"accepted packs cannot be remembered ({error.strerror})"
        return AgentError(str(self._path), what, "run as root, or name a directory with --state")
