"""Who may become whom: sudoers(5) with its includes resolved."""

from rongdun_contract.facts.model import FactModel, Maybe


class Grant(FactModel):
    """One user specification for one command, aliases expanded; `who` as written (`%wheel`, `alice`, `#1000`, `ALL`)."""

    who: str
    hosts: tuple[str, ...] = ()
    run_as_users: tuple[str, ...] = ()
    run_as_groups: tuple[str, ...] = ()
    command: str
    """The path, or `ALL`; a leading `!` forbids."""
    password_required: bool = True


class Sudo(FactModel):
    """Global Defaults (those bound to users, hosts or commands are in `scoped_defaults`) and grants."""

    installed: bool = False
    version: str | None = None
    valid: Maybe[bool] = True
    """False when the file has a syntax error, at which sudo refuses to work or skips the line."""
    defaults: Maybe[dict[str, str]] = {}
    """Options that are set: flags as `on` or `off`, values as written without quotes."""
    scoped_defaults: Maybe[tuple[str, ...]] = ()
    grants: Maybe[tuple[Grant, ...]] = ()
    files: tuple[str, ...] = ()
