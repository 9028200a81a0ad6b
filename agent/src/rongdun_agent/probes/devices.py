"""What is on the wire, from the file that the discovery service keeps; this process listens to nothing itself."""

from typing import Literal

from pydantic import ValidationError

from rongdun_agent.discovery.finding import FINDING_PATH, MOST_BYTES, Finding
from rongdun_agent.host import Host, HostError
from rongdun_agent.probed import Probed
from rongdun_contract.documents import Source
from rongdun_contract.facts import Maybe, Unknown
from rongdun_contract.facts.devices import Devices

_NOT_LIVE = Unknown(unknown="not a live host")


def probe(host: Host) -> Probed:
    """Read the service's last finding; where the service has died since, presence becomes unknown."""
    data = host.read_bytes(FINDING_PATH, limit=MOST_BYTES)
    if data is None:
        return Probed(Devices())
    finding = _finding(data)
    listener = _listener(host, finding)
    facts = finding.devices.model_copy(update={"listener": listener})
    if listener != "running":
        reason = listener if isinstance(listener, Unknown) else Unknown(unknown="not probed")
        untold = tuple(device.model_copy(update={"present": reason}) for device in facts.devices)
        facts = facts.model_copy(update={"devices": untold})
    return Probed(facts, {"": Source(where=FINDING_PATH)})


def _finding(data: bytes) -> Finding:
    """Check the file as strictly as if a stranger had written it: the service is another account's."""
    try:
        return Finding.model_validate_json(data)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        at = ".".join(map(str, first["loc"]))
        raise HostError(FINDING_PATH, f"is damaged: {at}: {first['msg']}"[:200]) from error


def _listener(host: Host, finding: Finding) -> Maybe[Literal["running", "silent"]]:
    uptime, boot = host.read_text("/proc/uptime"), host.read_text("/proc/sys/kernel/random/boot_id")
    if not uptime or not boot:
        return _NOT_LIVE
    return "running" if finding.is_current(boot.strip(), float(uptime.split()[0])) else "silent"
