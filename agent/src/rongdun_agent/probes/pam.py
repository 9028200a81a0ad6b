"""What the PAM stacks of the services that people come in by really demand."""

from rongdun_agent.host import Host
from rongdun_agent.local_accounts.lines import parse_group, parse_passwd
from rongdun_agent.local_accounts.membership import members_by_group
from rongdun_agent.login_defs import number, read_login_defs
from rongdun_agent.pam_stacks.chains import Chain, Facility, PamFiles
from rongdun_agent.pam_stacks.login_demands import LoginStack
from rongdun_agent.pam_stacks.password_answers import PasswordModules
from rongdun_agent.pam_stacks.password_demands import PasswordStack
from rongdun_agent.pam_stacks.scenario import Surroundings
from rongdun_agent.pam_stacks.services import SERVICES, Service
from rongdun_agent.pam_stacks.stack_facts import stack_facts
from rongdun_agent.pam_stacks.versions import has_old_pwquality
from rongdun_agent.probed import Probed
from rongdun_contract.documents import Source
from rongdun_contract.facts.pam import Pam, Stack

_FIRST_REGULAR_UID = 1000


def probe(host: Host) -> Probed:
    """Walk the stacks of every such service that is configured, and of `other`, which all else falls back to."""
    files = PamFiles(host)
    if not files.present:
        return Probed(Pam())
    modules = PasswordModules(host, files, old_pwquality=has_old_pwquality(host))
    around = _surroundings(host)
    sources: dict[str, Source] = {}
    stacks: dict[str, Stack] = {}
    for name, service in SERVICES.items():
        if files.has_service(name):
            facts, places = _stack(modules, around._replace(service=name, runs_as_root=service.runs_as_root), service)
            stacks[name] = facts
            path = f'stacks["{name}"]'
            sources[path] = Source(where=files.path_of(name))
            sources |= {f"{path}.{fact}": source for fact, source in places.items()}
    return Probed(Pam(installed=True, stacks=stacks), sources)


def _stack(modules: PasswordModules, around: Surroundings, service: Service) -> tuple[Stack, dict[str, Source]]:
    def chain(facility: Facility) -> Chain:
        return modules.files.chain(around.service, facility)

    login = LoginStack(modules.host, chain("auth"), chain("account"), around) if service.authenticates else None
    password = PasswordStack(modules, chain("password"), around) if service.changes_passwords else None
    return stack_facts(login, password, su=around.service in ("su", "su-l"))


def _surroundings(host: Host) -> Surroundings:
    users = parse_passwd("/etc/passwd", host.lines("/etc/passwd")).entries
    groups = parse_group("/etc/group", host.lines("/etc/group")).entries
    first = number(read_login_defs(host).get("UID_MIN"))
    return Surroundings(
        service="",
        runs_as_root=True,
        first_regular_uid=_FIRST_REGULAR_UID if first is None else first,
        groups={
            group.name: bool(members) for group, members in zip(groups, members_by_group(users, groups), strict=True)
        },
    )
