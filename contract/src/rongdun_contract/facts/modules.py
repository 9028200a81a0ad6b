"""Kernel modules: loaded, built in, or barred from loading."""

from rongdun_contract.facts.model import FactModel, Maybe


class Module(FactModel):
    """`install_barred`: an `install` line runs nothing useful, or the kernel itself refuses to load it.

    `blacklisted` alone only keeps it from being loaded by an alias.
    """

    available: Maybe[bool | None] = None
    """The running kernel has it, as a file or built in; absent where no module tree is there to look at."""
    loaded: Maybe[bool] = False
    built_in: Maybe[bool] = False
    install_barred: Maybe[bool] = False
    blacklisted: Maybe[bool] = False
    loaded_at_boot: Maybe[bool] = False
    """modules-load.d(5), /etc/modules or the command line names it."""


class Modules(FactModel):
    """`loaded` names all; `named` has the modules that rules may ask for, dashes written as underscores."""

    loaded: Maybe[tuple[str, ...]] = ()
    foreign: Maybe[tuple[str, ...]] = ()
    """Loaded ones that the kernel itself marks as built out of its tree, unsigned, or forced in."""
    named: dict[str, Module] = {}
    loading_disabled: Maybe[bool | None] = None
    signature_enforced: Maybe[bool | None] = None
    tainted: Maybe[int | None] = None
