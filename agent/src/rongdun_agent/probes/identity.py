"""By what this host is known again."""

from rongdun_agent.container import in_container
from rongdun_agent.firmware import DMI, device_tree, dmi
from rongdun_agent.host import Host, Refused
from rongdun_agent.local_accounts.authorized_keys import parse_authorized_keys
from rongdun_agent.probed import Probed
from rongdun_contract.documents import Source
from rongdun_contract.facts import Maybe, Unknown
from rongdun_contract.facts.identity import HostKey, Identity

HOSTNAME = ("/proc/sys/kernel/hostname", "/etc/hostname")
"""The running name, and the one that the next boot will set."""
MACHINE_ID = ("/etc/machine-id", "/var/lib/dbus/machine-id")
HOST_KEYS = "/etc/ssh/ssh_host_*_key.pub"

_UNSET = "uninitialized"


def probe(host: Host) -> Probed:
    """Read names and numbers; in a container the machine's own belong to another host."""
    hostname, hostname_where = _first(host, HOSTNAME)
    machine_id, machine_id_where = _machine_id(host)
    keys = _host_keys(host)
    facts = Identity(
        hostname=hostname,
        machine_id=machine_id,
        dmi_uuid=_of_machine(host, "product_uuid"),
        serial=_of_machine(host, "product_serial"),
        ssh_host_keys=tuple(keys) if not isinstance(keys, Unknown) else keys,
    )
    sources = {
        "hostname": hostname_where,
        "machine_id": machine_id_where,
        "dmi_uuid": f"{DMI}/product_uuid",
        "serial": f"{DMI}/product_serial",
        **(
            {} if isinstance(keys, Unknown) else {f"ssh_host_keys[{at}]": path for at, path in enumerate(keys.values())}
        ),
    }
    return Probed(facts, {path: Source(where=where) for path, where in sources.items()})


def _first(host: Host, paths: tuple[str, ...]) -> tuple[str | None, str]:
    for path in paths:
        for line in host.lines(path):
            if (text := line.strip()) and not text.startswith("#"):
                return text, path
    return None, paths[-1]


def _machine_id(host: Host) -> tuple[Maybe[str | None], str]:
    """machine-id(5): world-readable, unless somebody closed it; images carry it empty or as a word."""
    try:
        value, where = _first(host, MACHINE_ID)
    except Refused as refusal:
        return Unknown(unknown="no permission"), refusal.path
    return (None if value == _UNSET else value), where


def _of_machine(host: Host, field: str) -> Maybe[str | None]:
    if in_container(host) is True:
        return None
    value = dmi(host, field)
    if value is None and field == "product_serial":
        return device_tree(host, "serial-number")
    return value.lower() if isinstance(value, str) and field == "product_uuid" else value


def _host_keys(host: Host) -> Maybe[dict[HostKey, str]]:
    """Public host keys and their files, sorted by algorithm and fingerprint."""
    found: dict[HostKey, str] = {}
    try:
        for path in host.glob(HOST_KEYS):
            for line in parse_authorized_keys(path, host.lines(path)):
                key = line.key
                found[HostKey(algorithm=key.algorithm, bits=key.bits, fingerprint=key.fingerprint)] = path
    except Refused:
        return Unknown(unknown="no permission")
    return dict(sorted(found.items(), key=lambda item: (item[0].algorithm, item[0].fingerprint)))
