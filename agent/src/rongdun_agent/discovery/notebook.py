"""The finding on disk: written in one step, so that the agent reads the old one or the new one whole."""

import os
from pathlib import Path

from pydantic import ValidationError

from rongdun_agent.discovery.finding import MOST_BYTES, Finding
from rongdun_agent.errors import AgentError
from rongdun_contract.facts.devices import Devices

NAME = "devices.json"
GOOD_FOR_S = 300.0
_OURS_AND_THE_GROUPS = 0o640


class Notebook:
    """`devices.json` in the service's folder."""

    def __init__(self, folder: Path) -> None:
        self._path, self._fresh = folder / NAME, folder / f".{NAME}.new"
        self.boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()

    def last(self) -> Finding | None:
        """What was written last; None when that cannot be used, and is found again."""
        try:
            with self._path.open("rb") as file:
                return Finding.model_validate_json(file.read(MOST_BYTES + 1))
        except (FileNotFoundError, ValidationError):
            return None
        except OSError as error:
            remedy = "run it as the user whom the service runs as, or as root"
            raise AgentError(str(self._path), f"cannot be read ({error.strerror})", remedy) from error

    def write(self, devices: Devices, swept: dict[str, float]) -> None:
        """Write what was found, checked as the reader checks it."""
        finding = Finding(boot=self.boot, uptime_s=uptime_s(), good_for_s=GOOD_FOR_S, swept=swept, devices=devices)
        try:
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW
            with os.fdopen(os.open(self._fresh, flags, _OURS_AND_THE_GROUPS), "wb") as file:
                file.write(finding.model_dump_json(exclude_none=True).encode())
                file.flush()
                os.fsync(file.fileno())
            self._fresh.replace(self._path)
        except OSError as error:
            remedy = "make room, or mend the folder's owner"
            raise AgentError(str(self._path), f"cannot be written ({error.strerror})", remedy) from error


def uptime_s() -> float:
    """Seconds since boot, as the agent's probe will count them too."""
    return float(Path("/proc/uptime").read_text("ascii").split()[0])
