"""The only programs that the agent ever executes: fixed arguments, absolute paths, an empty environment, bounds."""

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import IO, NamedTuple

from rongdun_agent.host.errors import CommandFailed, Refused, TookTooLong, TooLarge

_REFUSALS = ("operation not permitted", "permission denied", "must be root", "are you root", "access denied")
_CHUNK = 65536
_STDERR_LIMIT = 4096


class Command(NamedTuple):
    """A program by its possible places, and what it may cost."""

    programs: tuple[str, ...]
    arguments: tuple[str, ...]
    timeout_s: float = 5.0
    limit_bytes: int = 8 << 20


class Output(NamedTuple):
    """What a command printed before it ended with status 0."""

    stdout: str
    stderr: str


COMMANDS: Mapping[str, Command] = MappingProxyType(
    {
        "nft": Command(("/usr/sbin/nft", "/sbin/nft"), ("-j", "list", "ruleset")),
        # without -t: naming a table would make the kernel load its module
        "iptables": Command(("/usr/sbin/iptables-nft-save", "/usr/sbin/iptables-save", "/sbin/iptables-save"), ()),
        "ip6tables": Command(("/usr/sbin/ip6tables-nft-save", "/usr/sbin/ip6tables-save", "/sbin/ip6tables-save"), ()),
        # only run where the kernel has tables of the older filter, so none is made
        "iptables_legacy": Command(("/usr/sbin/iptables-legacy-save", "/usr/sbin/iptables-save"), ()),
        "ip6tables_legacy": Command(("/usr/sbin/ip6tables-legacy-save", "/usr/sbin/ip6tables-save"), ()),
        "auditctl_rules": Command(("/usr/sbin/auditctl", "/sbin/auditctl"), ("-l",)),
        "auditctl_status": Command(("/usr/sbin/auditctl", "/sbin/auditctl"), ("-s",)),
    }
)


def run(command: Command, timeout_s: float) -> Output | None:
    """Run one entry of the table; `None` when the program is not installed.

    Raises `Refused` when we may not run it or it says that it lacks rights, `CommandFailed` on any other failure;
    `TooLarge` and `TookTooLong` after killing it.
    """
    program = _installed(command)
    if program is None:
        return None
    if not os.access(program, os.X_OK):
        raise Refused(program)
    timeout_s = min(timeout_s, command.timeout_s)
    child = subprocess.Popen(  # noqa: S603 - arguments are constants of the table above
        [program, *command.arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"},
        cwd="/",
        start_new_session=True,
    )
    with child:
        try:
            out, err = _drain(child, program, command.limit_bytes, time.monotonic() + timeout_s)
            code = child.wait(timeout_s)
        except subprocess.TimeoutExpired:
            raise TookTooLong(timeout_s) from None
        finally:
            if child.returncode is None:
                os.killpg(child.pid, signal.SIGKILL)
    return _judged(program, code, _text(out), _text(err).strip())


def _installed(command: Command) -> str | None:
    """The first of its places where something is; raises `Refused` where that cannot be told."""
    for path in command.programs:
        try:
            os.stat(path)
        except PermissionError:
            raise Refused(path) from None
        except OSError:
            continue
        return path
    return None


def _drain(child: "subprocess.Popen[bytes]", program: str, limit: int, deadline: float) -> tuple[bytes, bytes]:
    """Both outputs until both ends are closed; what goes beyond the first kilobytes of stderr is dropped."""
    taken = {"stdout": bytearray(), "stderr": bytearray()}
    with selectors.DefaultSelector() as selector:
        for name in taken:
            pipe: IO[bytes] = getattr(child, name)
            selector.register(pipe, selectors.EVENT_READ, name)
        while selector.get_map():
            ready = selector.select(max(0.0, deadline - time.monotonic()))
            if not ready:
                raise subprocess.TimeoutExpired(program, 0)
            for key, _ in ready:
                data = os.read(key.fd, _CHUNK)
                if not data:
                    selector.unregister(key.fileobj)
                elif key.data == "stdout" or len(taken["stderr"]) < _STDERR_LIMIT:
                    taken[key.data] += data
            if len(taken["stdout"]) > limit:
                raise TooLarge(program, limit)
    return bytes(taken["stdout"]), bytes(taken["stderr"][:_STDERR_LIMIT])


def _text(data: bytes) -> str:
    return data.decode("utf-8", "backslashreplace")


def _judged(program: str, code: int, stdout: str, stderr: str) -> Output:
    if code == 0:
        return Output(stdout, stderr)
    if any(words in stderr.lower() for words in _REFUSALS):
        raise Refused(program)
    raise CommandFailed(program, code, stderr)
