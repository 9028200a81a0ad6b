"""What runs, by distinct program."""

from collections import Counter

from rongdun_agent.host import Host, NotLive, Process, Refused
from rongdun_agent.probed import Probed
from rongdun_contract.documents import Source
from rongdun_contract.facts import Unknown
from rongdun_contract.facts.processes import Processes, Program

_SOURCES = {"": Source(where="/proc")}


def probe(host: Host) -> Probed:
    """Group the processes; where /proc hides those of other users, nothing is listed rather than a part."""
    try:
        running = host.processes
    except Refused:
        return Probed(Processes(programs=Unknown(unknown="no permission")), _SOURCES)
    if not running:
        raise NotLive("/proc")
    count = Counter(_program(host, process) for process in running if not process.kernel_thread)
    programs = (program.model_copy(update={"count": number}) for program, number in count.items())
    return Probed(Processes(programs=tuple(sorted(programs, key=Program.model_dump_json))), _SOURCES)


def _program(host: Host, process: Process) -> Program:
    return Program(
        name=process.name,
        exe=process.exe,
        user=host.user_of(process),
        service_unit=process.service_unit,
        deleted=process.deleted,
        container=process.contained,
    )
