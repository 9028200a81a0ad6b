"""The SSH daemon: which settings each kind of connection gets, with no daemon executed."""

from rongdun_agent.dpkg import MalformedStatus, read_packages
from rongdun_agent.host import Host, TooLarge
from rongdun_agent.probed import Probed
from rongdun_agent.sshd_config.build import UNKNOWN_BUILD, Build, build_in, build_of_package
from rongdun_agent.sshd_config.facts import read
from rongdun_agent.sshd_config.launch import Launch, launch
from rongdun_contract.documents import Source
from rongdun_contract.facts.sshd import Sshd

PROGRAMS = ("/usr/sbin/sshd", "/usr/local/sbin/sshd", "/usr/bin/sshd", "/sbin/sshd")
PACKAGE = "openssh-server"
_LARGEST_PROGRAM = 32 << 20


def probe(host: Host) -> Probed:
    """Resolve the configuration of the daemon that is installed; a refusal makes the whole section unavailable."""
    started = launch(host)
    program = _program(host, started)
    if program is None:
        return Probed(Sshd())
    build = _build(host, program)
    found = read(host, build, started)
    facts = Sshd.model_validate(
        {
            "installed": True,
            "version": build.version,
            "build": build.vendor,
            "valid": found.valid,
            "problems": found.problems,
            "files": found.files,
            "activation": started.activation,
            "listening": found.listening,
            "contexts": found.contexts,
        }
    )
    return Probed(facts, {"": Source(where=program), **found.sources})


def _program(host: Host, started: Launch) -> str | None:
    candidates = (started.program, *PROGRAMS) if started.program else PROGRAMS
    return next((path for path in candidates if host.is_file(path)), None)


def _build(host: Host, program: str) -> Build:
    """From the program itself, which knows best; where it does not tell, from its package."""
    try:
        build = build_in(host.read_bytes(program, limit=_LARGEST_PROGRAM) or b"")
    except TooLarge:
        build = UNKNOWN_BUILD
    return build if build.number is not None else _packaged(host, build)


def _packaged(host: Host, build: Build) -> Build:
    try:
        packages = read_packages(host)
    except MalformedStatus:
        return build
    version = next((package.version for package in packages if package.name == PACKAGE), "")
    found = build_of_package(version, "Ubuntu" if "ubuntu" in version else "Debian")
    return found._replace(main_file=build.main_file)
