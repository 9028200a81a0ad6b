"""What the audit rules cover is what the kernel would record, not what a line looks like."""

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from rongdun_agent.audit_rules import parse_rules, to_ruleset
from rongdun_agent.host import Host
from rongdun_agent.probes import audit
from rongdun_contract.documents import Source
from rongdun_contract.facts import Unknown
from rongdun_contract.facts.audit import Audit, Ruleset

AUDITD = {"/usr/sbin/auditd": "", "/etc/audit/rules.d": {"dir": True}}


def at_boot(host: Host) -> Ruleset:
    facts = audit.probe(host).facts
    assert isinstance(facts, Audit)
    assert isinstance(facts.at_boot, Ruleset)
    return facts.at_boot


def ruleset(text: str, directories: tuple[str, ...] = ()) -> Ruleset:
    lines = ((f"x:{number}", line) for number, line in enumerate(text.splitlines(), 1))
    return to_ruleset(parse_rules(lines), lambda path: path in directories, "at_boot")[0]


def test_a_host_without_auditd_has_no_rules(make_host) -> None:
    facts = audit.probe(make_host({})).facts
    assert facts == Audit(installed=False, loaded=Unknown(unknown="not a live host"))


def test_files_come_in_version_order_with_the_last_lock_at_the_end(make_host) -> None:
    """10-base before 9-late would be text order; augenrules sorts by version."""
    host = make_host(
        AUDITD
        | {
            "/etc/audit/rules.d/10-identity.rules": "-e 2\n# comment\n-w /etc/passwd -p wa -k identity\n",
            "/etc/audit/rules.d/9-late.rules": "-w /etc/group -p wa\n-e 1\n",
            "/etc/audit/rules.d/ignored.txt": "-w /etc/shadow -p wa\n",
        }
    )
    found = at_boot(host)
    assert [w.path for w in found.watches] == ["/etc/group", "/etc/passwd"]
    assert found.enabled == 2
    assert audit.probe(host).sources["at_boot.watches[1]"] == Source(where="/etc/audit/rules.d/10-identity.rules:3")


@pytest.mark.parametrize(
    ("text", "covered"),
    [
        pytest.param("-w /etc/shadow -p wa -k identity", True, id="a plain watch"),
        pytest.param("-w /etc/shadow -k identity", True, id="a watch without permissions means all of them"),
        pytest.param("-w /etc/shadow -p rx", False, id="reading and running only"),
        pytest.param("-w /etc/shadow -p w", False, id="attribute changes are left out"),
        pytest.param("-a always,exit -F path=/etc/shadow -F perm=wa -F key=x", True, id="the long spelling"),
        pytest.param(
            "-a exit,always -F arch=b64 -F path=/etc/shadow -F perm=aw", True, id="list first, order of letters"
        ),
        pytest.param("-a always,exit -F arch=b32 -F path=/etc/shadow -F perm=wa", False, id="32-bit programs only"),
        pytest.param("-a always,exit -F path=/etc/shadow -F perm=wa -F auid>=1000", False, id="services are left out"),
        pytest.param("-a never,exit -F path=/etc/shadow -F perm=wa", False, id="never"),
        pytest.param("#-w /etc/shadow -p wa", False, id="a comment"),
        pytest.param("-w /etc/shadow -p wa\n-D", False, id="deleted again"),
        pytest.param("-w /etc/shadow -p wa\n-W /etc/shadow -p wa", False, id="removed again"),
        pytest.param("-z nonsense\n-w /etc/shadow -p wa", False, id="loading stops at an error"),
        pytest.param("-i\n-z nonsense\n-w /etc/shadow -p wa", True, id="errors are ignored after -i"),
        pytest.param("-e 2\n-w /etc/shadow -p wa", False, id="too late: locked"),
        pytest.param("-w /etc/ -p wa", True, id="a directory above, with a slash"),
        pytest.param("-a always,exit -F dir=/etc -F perm=wa", True, id="a directory above, long"),
        pytest.param("-w /etc/shadow.d -p wa", False, id="another path with the same beginning"),
        pytest.param("-w etc/shadow -p wa", False, id="not absolute"),
    ],
)
def test_a_path_is_covered_only_when_its_changes_by_anyone_are_recorded(text: str, *, covered: bool) -> None:
    assert ("/etc/shadow" in ruleset(text).audited_paths) is covered


def test_a_watch_on_what_is_a_directory_here_covers_what_lies_below() -> None:
    assert "/etc/sudoers.d" in ruleset("-w /etc -p wa", directories=("/etc",)).audited_paths
    assert "/etc/sudoers.d" not in ruleset("-w /etc -p wa").audited_paths


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        pytest.param(
            "-a always,exit -F arch=b64 -S adjtimex,settimeofday -k t", ["adjtimex", "settimeofday"], id="list"
        ),
        pytest.param(
            "-a always,exit -F arch=b64 -S adjtimex -S settimeofday", ["adjtimex", "settimeofday"], id="twice"
        ),
        pytest.param("-a always,exit -F arch=b32 -S adjtimex", [], id="32-bit alone"),
        pytest.param("-a always,exit -F arch=b64 -S adjtimex -F auid>=1000", [], id="people only"),
        pytest.param("-a always,exit -F arch=b64 -S adjtimex -F auid!=4294967295", ["adjtimex"], id="not the unset"),
        pytest.param("-a always,exit -F arch=b64 -S clock_settime -F a0=0x0", ["clock_settime"], id="the real clock"),
        pytest.param("-a always,exit -F arch=b64 -S adjtimex -F exit=-EPERM", [], id="failures only"),
        pytest.param("-a never,exit -F arch=b64 -S adjtimex", [], id="never"),
    ],
)
def test_a_system_call_is_audited_only_for_everyone(text: str, calls: list[str]) -> None:
    assert list(ruleset(text).audited_syscalls) == calls


@pytest.mark.parametrize(
    ("text", "suppressed"),
    [
        pytest.param("-a never,task", True, id="as shipped by some distributions"),
        pytest.param("-w /etc/passwd -p wa\n-a task,never", True, id="anywhere in the list"),
        pytest.param("-a never,exit\n-w /etc/passwd -p wa", True, id="never before all"),
        pytest.param("-w /etc/passwd -p wa\n-a never,exit", False, id="never after"),
        pytest.param("-a never,exit -F auid=1001\n-w /etc/passwd -p wa", False, id="one user"),
    ],
)
def test_rules_that_silence_all_others_are_seen(text: str, *, suppressed: bool) -> None:
    assert ruleset(text).suppressed is suppressed


def test_settings_are_auditds_own_where_the_file_says_nothing(make_host) -> None:
    host = make_host(
        AUDITD | {"/etc/audit/auditd.conf": "num_logs = 9\nMax_Log_File_Action = ROTATE\n#log_group = x\n"}
    )
    probed = audit.probe(host)
    settings = probed.facts.settings
    assert (settings.num_logs, settings.max_log_file_action, settings.log_group) == (9, "rotate", "root")
    assert probed.sources["settings.num_logs"] == Source(where="/etc/audit/auditd.conf:1")


def test_without_the_right_to_read_nothing_is_called_absent(make_host, as_nobody, tmp_path: Path) -> None:
    host = make_host(AUDITD | {"/etc/audit": {"dir": True, "mode": "0700"}})
    for folder in (tmp_path, *list(tmp_path.parents)[:2]):
        folder.chmod(0o755)
    facts = as_nobody(lambda: audit.probe(host).facts)
    assert facts.installed is True
    assert facts.at_boot == Unknown(unknown="no permission")
    assert facts.settings == Unknown(unknown="no permission")


@pytest.mark.skipif(shutil.which("augenrules") is None, reason="needs augenrules of auditd")
def test_the_order_is_that_of_augenrules(make_host, tmp_path: Path) -> None:
    """The real script compiles the same files; we must agree with its output line by line."""
    rules: Mapping[str, Any] = {
        "/etc/audit/rules.d/30-b.rules": "-e 2\n-w /b -p wa\n-f 2\n",
        "/etc/audit/rules.d/4-a.rules": "-w /a -p wa\n-b 100\n-D\n-e 1\n",
    }
    host = make_host(AUDITD | rules)
    script = Path(shutil.which("augenrules") or "").read_text().replace("/etc/audit", f"{tmp_path}/host/etc/audit")
    (tmp_path / "augenrules").write_text(script)
    subprocess.run(["sh", tmp_path / "augenrules"], check=False, capture_output=True)
    compiled = (tmp_path / "host/etc/audit/audit.rules").read_text().splitlines()
    wanted = to_ruleset(parse_rules(("x", line) for line in compiled), lambda _: False, "at_boot")[0]
    assert at_boot(host) == wanted
