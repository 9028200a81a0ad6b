"""Entries in files of their own (the Boot Loader Specification), as Fedora's relatives and systemd-boot have them."""

from collections.abc import Iterator

from rongdun_agent.boot_entries.entry import BootEntry
from rongdun_agent.host import Host
from rongdun_agent.installed_kernels import is_newer

DIRECTORIES = ("/boot/loader/entries", "/boot/efi/loader/entries", "/efi/loader/entries")
_RESCUE = "-rescue"


def read_entries(host: Host) -> tuple[BootEntry, ...]:
    """The entries, the highest version first, rescue systems last."""
    ordered: list[BootEntry] = []
    for entry in _read(host):
        at = next((at for at, other in enumerate(ordered) if _precedes(entry, other)), len(ordered))
        ordered.insert(at, entry)
    return tuple(entry._replace(position=(at,)) for at, entry in enumerate(ordered))


def _read(host: Host) -> Iterator[BootEntry]:
    for directory in DIRECTORIES:
        for name in host.list_dir(directory):
            if not name.endswith(".conf"):
                continue
            said: dict[str, list[tuple[str, int]]] = {}
            for number, line in enumerate(host.lines(f"{directory}/{name}"), 1):
                key, _, value = line.strip().partition(" ")
                if key and not key.startswith("#"):
                    said.setdefault(key, []).append((value.strip(), number))
            options = said.get("options", [])
            place = f"{directory}/{name}" + (f":{options[0][1]}" if options else "")
            names = (name.removesuffix(".conf"), *(text for text, _ in said.get("title", [])[-1:]))
            version = next((text for text, _ in said.get("version", [])), "")
            yield BootEntry(names, (), version, " ".join(text for text, _ in options), place)


def _precedes(entry: BootEntry, other: BootEntry) -> bool:
    ours, theirs = _RESCUE in entry.names[0], _RESCUE in other.names[0]
    return theirs if ours != theirs else is_newer(entry.version, other.version)
