"""Privileges of sudoers as grants: one user, one command, everything inherited or expanded in place."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from rongdun_agent.sudoers.aliases import Aliases, written
from rongdun_agent.sudoers.defaults import Defaults
from rongdun_agent.sudoers.entries import CommandSpec, Members, Privilege
from rongdun_contract.facts.sudo import Grant


class Placed(NamedTuple):
    """A grant and the line that gives it."""

    grant: Grant
    where: str


def grants_of(privileges: Iterable[Privilege], aliases: Aliases, defaults: Defaults) -> Iterator[Placed]:
    """All grants in the order of the files; of a user list, a later `!name` takes somebody out again."""
    for privilege in privileges:
        users = aliases.expand("User", privilege.users)
        hosts = written(aliases.expand("Host", privilege.hosts))
        for at, user in enumerate(users):
            if user.negated:
                continue
            without = tuple(member.name for member in users[at + 1 :] if member.negated)
            for spec in privilege.commands:
                for command in written(aliases.expand("Cmnd", (spec.command,))):
                    grant = Grant(
                        who=user.name,
                        except_who=without,
                        hosts=hosts,
                        run_as_users=_run_as_users(spec, aliases, defaults),
                        run_as_groups=written(aliases.expand("Runas", spec.run_as.groups)) if spec.run_as else (),
                        command=command,
                        password_required=_password_required(spec, user.name, defaults),
                    )
                    yield Placed(grant, privilege.where)


def _run_as_users(spec: CommandSpec, aliases: Aliases, defaults: Defaults) -> tuple[str, ...]:
    """Nobody besides oneself where the parentheses name no user; root, or `runas_default`, where there are none."""
    if spec.run_as is None:
        default = defaults.settings.get("runas_default")
        return (default.value if default else "root",)
    users: Members = spec.run_as.users
    return () if spec.run_as.myself else written(aliases.expand("Runas", users))


def _password_required(spec: CommandSpec, who: str, defaults: Defaults) -> bool:
    """A tag decides; without one, `authenticate`, for all or for this user, and `exempt_group`."""
    if spec.password_required is not None:
        return spec.password_required
    exempt = defaults.settings.get("exempt_group")
    if who in defaults.unasked or "ALL" in defaults.unasked or (exempt and who == f"%{exempt.value}"):
        return False
    authenticate = defaults.settings.get("authenticate")
    return authenticate is None or authenticate.value != "off"
