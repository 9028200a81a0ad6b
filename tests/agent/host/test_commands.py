"""The few programs that the agent executes: bounded in time and output, and honest about refusals."""

import os
import time
from pathlib import Path

import pytest

from rongdun_agent.host import COMMANDS, Command, CommandFailed, Host, NotLive, Output, Refused, TookTooLong, TooLarge
from tests.lab.rights import without_overrides


def _script(directory: Path, body: str) -> Command:
    place = directory / "program"
    place.write_text(f"#!/bin/sh\n{body}\n")
    place.chmod(0o755)
    return Command((str(directory / "elsewhere"), str(place)), ("list",), timeout_s=2.0, limit_bytes=10_000)


def test_the_table_is_closed_and_its_programs_are_absolute():
    for command in COMMANDS.values():
        assert all(program.startswith("/") for program in command.programs)
        assert not any(argument.startswith("/") for argument in command.arguments)


def test_a_command_gets_fixed_arguments_and_a_clean_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("LD_PRELOAD_X", "evil")
    command = _script(tmp_path, 'echo "$# $1 $(pwd)"; env | sort | grep -v -E "^(PWD|_|SHLVL|OLDPWD)="; cat')
    assert Host().run(command) == Output(
        "1 list /\nLC_ALL=C\nPATH=/usr/sbin:/usr/bin:/sbin:/bin\n",
        "",
    )


def test_a_program_that_is_not_installed_is_absent(tmp_path):
    assert Host().run(Command((str(tmp_path / "none"),), ())) is None


@pytest.mark.parametrize(("which", "mode"), [("program", 0o640), (".", 0o000)], ids=["program", "directory"])
def test_a_program_that_we_may_not_run_is_a_refusal_not_absent(tmp_path, which, mode):
    """Auditctl is root's alone on some systems: then it is installed, and what it would say is unknown."""
    command = _script(tmp_path, "true")
    (tmp_path / which).chmod(mode)
    try:
        with without_overrides(), pytest.raises(Refused):
            Host().run(command)
    finally:
        tmp_path.chmod(0o700)


@pytest.mark.parametrize(
    "words",
    ["Operation not permitted (you must be root)", "iptables-save: Permission denied", "You must be root to run this"],
)
def test_a_program_that_lacks_rights_is_a_refusal(tmp_path, words):
    with pytest.raises(Refused):
        Host().run(_script(tmp_path, f'echo "{words}" >&2; exit 1'))


def test_another_failure_is_told_with_its_words(tmp_path):
    with pytest.raises(CommandFailed, match="exit status 3: no such table"):
        Host().run(_script(tmp_path, "echo no such table >&2; exit 3"))


def test_too_much_output_ends_the_program(tmp_path):
    begun = time.monotonic()
    with pytest.raises(TooLarge):
        Host().run(_script(tmp_path, "echo $$ > " + str(tmp_path / "pid") + "; exec yes"))
    assert time.monotonic() - begun < 2
    _assert_gone(tmp_path / "pid")


def test_much_on_stderr_does_not_block_the_program(tmp_path):
    output = Host().run(_script(tmp_path, "head -c 1000000 /dev/zero | tr '\\0' x >&2; echo done"))
    assert output is not None
    assert output.stdout == "done\n"
    assert len(output.stderr) <= 4096


def test_a_program_that_hangs_is_ended_with_its_children(tmp_path):
    with pytest.raises(TookTooLong):
        Host().run(_script(tmp_path, f"sleep 50 & echo $! > {tmp_path}/pid; wait")._replace(timeout_s=0.3))
    _assert_gone(tmp_path / "pid")


def test_a_program_that_closes_its_output_and_stays_is_ended(tmp_path):
    with pytest.raises(TookTooLong):
        Host().run(_script(tmp_path, f"echo $$ > {tmp_path}/pid; exec >&- 2>&-; sleep 50")._replace(timeout_s=0.3))
    _assert_gone(tmp_path / "pid")


def test_the_hosts_budget_bounds_a_command_too(tmp_path):
    host = Host()
    begun = time.monotonic()
    with host.budget(0.3), pytest.raises(TookTooLong):
        host.run(_script(tmp_path, "sleep 50"))
    assert time.monotonic() - begun < 1.5


def test_no_program_is_run_for_a_tree(make_host, tmp_path):
    with pytest.raises(NotLive):
        make_host({}).run(_script(tmp_path, f"touch {tmp_path}/ran"))
    assert not (tmp_path / "ran").exists()


def _assert_gone(pid_file: Path) -> None:
    pid = int(pid_file.read_text())
    for _ in range(100):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return
        if state == "Z":  # ended; whoever adopted it has not looked yet
            return
        time.sleep(0.02)
    os.kill(pid, 9)
    pytest.fail(f"process {pid} is still running")
