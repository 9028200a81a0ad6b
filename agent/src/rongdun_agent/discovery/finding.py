"""The file between the discovery service and the agent's probe: what was found, and how long that may be believed."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from rongdun_contract.facts.devices import MOST_SEGMENTS, Devices, InterfaceName

FINDING_PATH = "/var/lib/rongdun-discovery/devices.json"
MOST_BYTES = 8 * 2**20
"""Above what the bounds of the section and of the service allow; a larger file is none of ours."""
LONGEST_PROMISE_S = 3600.0


class Finding(BaseModel):
    """What the service writes, whole or not at all.

    The age of a file is told by the time since boot and the number of the boot: a clock that is set cannot make a dead
    listener look alive.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    format: Literal[1] = 1
    boot: Annotated[str, Field(max_length=64)]
    """The kernel's boot_id."""
    uptime_s: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    """When it was written, as /proc/uptime counts."""
    good_for_s: Annotated[float, Field(ge=0, le=LONGEST_PROMISE_S, allow_inf_nan=False)]
    """Within so many seconds the service writes again, whether anything changed or not."""
    swept: Annotated[dict[InterfaceName, float], Field(max_length=MOST_SEGMENTS)] = {}
    """When the last sweep of a segment began, likewise: a service that is started again does not sweep sooner."""
    devices: Devices

    def is_current(self, boot: str, uptime_s: float) -> bool:
        """Whether the service still kept its promise at that moment."""
        return boot == self.boot and uptime_s - self.uptime_s <= self.good_for_s
