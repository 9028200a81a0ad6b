"""Kernel modules: loaded, built in, or barred from loading."""

import re
from collections.abc import Callable
from typing import TypeVar

from rongdun_agent.host import Host, Refused
from rongdun_agent.installed_kernels import release_of
from rongdun_agent.kernel_command_line import running_words
from rongdun_agent.modprobe_files import Configuration, ModuleTree, read_configuration, read_tree
from rongdun_agent.probed import Probed
from rongdun_contract.documents import Source
from rongdun_contract.facts import Maybe, Unknown
from rongdun_contract.facts.modules import Module, Modules

NAMED = (
    # file systems that servers do not mount
    *("affs", "befs", "cramfs", "freevxfs", "gfs2", "hfs", "hfsplus", "jffs2", "jfs", "ksmbd", "minix", "nilfs2"),
    *("qnx4", "qnx6", "reiserfs", "squashfs", "sysv", "udf", "ufs", "vfat"),
    # network protocols that they do not speak
    *("appletalk", "atm", "ax25", "can", "dccp", "ipx", "n_hdlc", "netrom", "rds", "rose", "sctp", "tipc", "x25"),
    # ways in for somebody who stands beside the machine
    *("bluetooth", "btusb", "firewire_core", "firewire_ohci", "floppy", "pcspkr", "thunderbolt", "uas", "usb_storage"),
    # trusted verification
    *("dim_core", "dim_monitor"),
)
"""Modules that rules may ask for, dashes written as underscores."""
LOADED = "/proc/modules"
_REMARK = re.compile(r" \(([A-Z]+)[+-]?\)$")
_CONFIGURED = ("install_barred", "blacklisted", "loaded_at_boot")
_NOT_LIVE = Unknown(unknown="not a live host")
_REFUSED = Unknown(unknown="no permission")

T = TypeVar("T")


def probe(host: Host) -> Probed:
    """Read what is loaded, what the kernel has, and what modprobe(8) is told."""
    table = _table(host)
    loaded = table if isinstance(table, Unknown) else tuple(sorted(table))
    configuration = _configuration(host)
    release = release_of(host)
    tree = read_tree(host, release) if release else None
    sources = {"loaded": Source(where=LOADED)}
    facts = Modules(
        loaded=loaded,
        foreign=table
        if isinstance(table, Unknown)
        else tuple(sorted(name for name in table if _is_foreign(table[name]))),
        named={name: _module(name, loaded, configuration, tree, sources) for name in sorted(NAMED)},
        loading_disabled=_asked(host, "/proc/sys/kernel/modules_disabled", lambda text: text == "1"),
        signature_enforced=_asked(host, "/sys/module/module/parameters/sig_enforce", lambda text: text == "Y"),
        tainted=_asked(host, "/proc/sys/kernel/tainted", int),
    )
    return Probed(facts, sources)


def _table(host: Host) -> Maybe[dict[str, str]]:
    """The loaded modules, each with its whole line of /proc/modules."""
    text = host.read_text(LOADED)
    if text is None and not host.live:
        return _NOT_LIVE
    return {line.split(" ", 1)[0]: line for line in (text or "").splitlines() if line}


def _is_foreign(line: str) -> bool:
    """The kernel's remark at the end: `O` out of its tree, `E` unsigned, `F` forced in (`P` alone is a licence)."""
    remark = _REMARK.search(line)
    return remark is not None and not {"O", "E", "F"}.isdisjoint(remark[1])


def _module(
    name: str,
    loaded: Maybe[tuple[str, ...]],
    configuration: Configuration | Unknown,
    tree: ModuleTree | None,
    sources: dict[str, Source],
) -> Module:
    module = Module(
        available=None if tree is None else name in tree.files or name in tree.built_in,
        loaded=loaded if isinstance(loaded, Unknown) else name in loaded,
        built_in=tree is not None and name in tree.built_in,
    )
    if isinstance(configuration, Unknown):
        return module.model_copy(update=dict.fromkeys(_CONFIGURED, configuration))
    said = {
        "install_barred": configuration.barring(name),
        "blacklisted": configuration.blacklisted.get(name),
        "loaded_at_boot": configuration.loaded_at_boot.get(name),
    }
    sources |= {f'named["{name}"].{fact}': source for fact, source in said.items() if source}
    return module.model_copy(update={fact: source is not None for fact, source in said.items()})


def _configuration(host: Host) -> Configuration | Unknown:
    try:
        return read_configuration(host, running_words(host))
    except Refused:
        return _REFUSED


def _asked(host: Host, path: str, meaning: Callable[[str], T]) -> Maybe[T | None]:
    """What the running kernel says in a file; absent when this kernel has no such file."""
    try:
        text = host.read_text(path)
    except Refused:
        return _REFUSED
    if text is None:
        return None if host.live or host.exists(LOADED) else _NOT_LIVE
    return meaning(text.strip())
