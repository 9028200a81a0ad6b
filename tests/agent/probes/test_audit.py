"""What the audit rules cover is what the kernel would record, not what a line looks like."""

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from rongdun_agent.audit_rules import Machine, parse_rules, to_ruleset
from rongdun_agent.audit_rules.activities import ACTIVITIES
from rongdun_agent.audit_rules.boot import machine, numbered, version_order
from rongdun_agent.host import Host
from rongdun_agent.probes import audit
from rongdun_contract.documents import Source
from rongdun_contract.facts import Unknown
from rongdun_contract.facts.audit import Audit, Ruleset
from tests.lab.missing import give_up, need_root
from tests.lab.roots import Root

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


PEOPLE = "-F auid>=1000 -F auid!=unset"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("-S chmod,fchmod,fchmodat", ["permissions"], id="whoever it is"),
        pytest.param(f"-S chmod,fchmod,fchmodat {PEOPLE}", ["permissions"], id="people"),
        pytest.param("-S chmod -S fchmod", [], id="a way is left open"),
        pytest.param("-S chmod,fchmod,fchmodat -F auid=1001", [], id="one user"),
        pytest.param("-S chmod,fchmod,fchmodat -F success=0", [], id="failures only"),
        pytest.param("-S unlink,unlinkat,rename,renameat", ["deletion"], id="deletion"),
        pytest.param("-S sethostname,setdomainname", ["host names"], id="host names"),
        pytest.param("-S mount", [], id="mounting without unmounting"),
        pytest.param("-S execve", ["commands", "root commands"], id="every command"),
        pytest.param(f"-S execve -F euid=0 {PEOPLE}", ["root commands"], id="commands as root"),
        pytest.param("-S execve -F euid=33", [], id="commands as another"),
        pytest.param(f"-S all {PEOPLE}", sorted(ACTIVITIES), id="everything"),
    ],
)
def test_an_activity_is_recorded_when_every_way_of_it_is(text: str, found: list[str]) -> None:
    assert list(ruleset(f"-a always,exit -F arch=b64 {text}").activities) == found
    assert ruleset(f"-a always,exit -F arch=b32 {text}").activities == ()


OPENING = "-S open,openat,creat,truncate,ftruncate"


@pytest.mark.parametrize(
    ("texts", "recorded"),
    [
        pytest.param((f"{OPENING} -F exit=-EACCES", f"{OPENING} -F exit=-EPERM"), True, id="both refusals"),
        pytest.param((f"{OPENING} -F exit=-13", f"{OPENING} -F exit=-1 {PEOPLE}"), True, id="by number, people"),
        pytest.param((f"{OPENING} -F exit=-EACCES",), False, id="one refusal"),
        pytest.param((f"{OPENING} -F exit=-EACCES", "-S openat -F exit=-EPERM"), False, id="one call of the second"),
        pytest.param((OPENING,), True, id="whatever comes of it"),
        pytest.param((f"{OPENING} -F success=0",), False, id="another spelling that we do not follow"),
    ],
)
def test_refused_access_is_recorded_for_both_reasons(texts: tuple[str, ...], *, recorded: bool) -> None:
    lines = "\n".join(f"-a always,exit -F arch=b64 {text}" for text in texts)
    assert ("refused access" in ruleset(lines).activities) is recorded


@pytest.mark.parametrize(
    ("exception", "hidden"),
    [
        pytest.param("-a never,exit -F arch=b64 -S mount", True, id="for everyone"),
        pytest.param("-a never,exit -F auid=1001", True, id="for somebody"),
        pytest.param("-a never,exit -F arch=b64 -S mount -F auid=unset", False, id="for services"),
        pytest.param("-a never,exit -F arch=b32 -S mount", False, id="for 32-bit programs"),
        pytest.param("-a never,exit -F dir=/dev/shm", False, id="where it is busy"),
        pytest.param("-a never,exit -F dir=/", True, id="everywhere"),
        pytest.param("-a never,exit -F exe=/opt/backup/agent", False, id="for one agent"),
        pytest.param("-a never,exit -F exe=/usr/bin/mount", True, id="for the program that people use"),
        pytest.param("-a never,exit -F arch=b64 -S umount", False, id="for another call"),
        pytest.param("-a never,user", False, id="on another list"),
    ],
)
def test_an_exception_before_a_rule_takes_it_back(exception: str, *, hidden: bool) -> None:
    """The kernel takes the first rule that fits, so one line above an assessor's list can empty it."""
    rules = "-a always,exit -F arch=b64 -S mount,umount2\n-w /etc/shadow -p wa"
    before, after = ruleset(f"{exception}\n{rules}"), ruleset(f"{rules}\n{exception}")
    assert ("mounts" not in before.activities) is hidden
    assert ("mount" not in before.audited_syscalls) is hidden
    assert after.activities == ("mounts",)
    assert (after.audited_paths, set(after.audited_syscalls)) == (("/etc/shadow",), {"mount", "umount2"})


@pytest.mark.parametrize(
    ("exception", "hidden"),
    [
        pytest.param("-a never,exit -F path=/etc/shadow", True, id="the file"),
        pytest.param("-a never,exit -F dir=/etc", True, id="a directory above"),
        pytest.param("-a never,exit -F path=/etc/passwd", False, id="another file"),
        pytest.param("-a never,exit -F auid=0", True, id="root"),
        pytest.param("-a never,exit -F path=/etc/shadow -F auid=unset", False, id="services"),
    ],
)
def test_an_exception_before_a_watch_takes_it_back(exception: str, *, hidden: bool) -> None:
    assert ("/etc/shadow" not in ruleset(f"{exception}\n-w /etc/shadow -p wa").audited_paths) is hidden


def test_calls_are_paired_when_32_bit_programs_are_recorded_too() -> None:
    wide = "-a always,exit -F arch=b64 -S mount,umount2"
    assert ruleset(wide).unpaired_syscalls == ("mount", "umount2")
    assert ruleset(f"{wide}\n-a always,exit -F arch=b32 -S mount").unpaired_syscalls == ("umount2",)
    assert ruleset(f"{wide}\n-a always,exit -F arch=b32 -S all").unpaired_syscalls == ()
    assert "execve" in ruleset("-a always,exit -F arch=b64 -S all").unpaired_syscalls
    assert ruleset("-w /etc/passwd -p wa").unpaired_syscalls == ()


def test_an_arm_machine_needs_only_the_calls_that_it_has() -> None:
    """It has no chmod, chown, unlink, rename or open by their old names, and auditctl refuses to load them."""
    lines = [("x:1", "-a always,exit -F arch=b64 -S fchmod,fchmodat"), ("x:2", "-w /etc/passwd")]
    parsed = parse_rules(lines, Machine("aarch64"))
    assert to_ruleset(parsed, lambda _: False, "at_boot", "aarch64")[0].activities == ("permissions",)
    assert to_ruleset(parsed, lambda _: False, "at_boot")[0].activities == ()


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


def test_without_the_right_to_read_nothing_is_called_absent(make_host, without_overrides) -> None:
    host = make_host(AUDITD | {"/etc/audit": {"dir": True, "mode": "0000"}})
    with without_overrides():
        facts = audit.probe(host).facts
    assert facts.installed is True
    assert facts.at_boot == Unknown(unknown="no permission")
    assert facts.settings == Unknown(unknown="no permission")


PACKAGES = (
    *("anacron", "at", "auditd", "chrony", "cron", "iptables", "kmod", "logrotate"),
    *("nftables", "openssh-server", "rsyslog"),
)


def test_the_order_is_that_of_augenrules(make_host, tmp_path: Path, debian_root: Callable[..., Root]) -> None:
    """The real script compiles the same files; we must agree with its output line by line."""
    rules: Mapping[str, Any] = {
        "/etc/audit/rules.d/30-b.rules": "-e 2\n-w /b -p wa\n-f 2\n\n",
        "/etc/audit/rules.d/4-a.rules": "-w /a -p wa\n-b 100\n-D\n-e 1\n",
        "/etc/audit/rules.d/4-B.rules": "  # a remark\n-w /big -p wa\n",
        "/etc/audit/rules.d/a.rules": "-w /letters -p wa\n-w /a -p r\n-D -k x\n-b 200\n-w /joined -p wa",
        "/etc/audit/rules.d/b.rules": " -k joined\n-w /last -p wa\n",
        "/etc/audit/rules.d/.hidden.rules": "-w /hidden -p wa\n",
        "/etc/audit/rules.d/a.rules.bak": "-w /bak -p wa\n",
    }
    host = make_host(AUDITD | rules)
    root = debian_root("bookworm", *PACKAGES)
    shell = f"cd {root.path} && mount --bind {tmp_path}/host mnt && exec chroot . sh -c"
    inside = "mount --bind /mnt/etc/audit /etc/audit && augenrules; cat /etc/audit/audit.rules"
    said = Root(root.suite, Path("/")).run("sh", "-c", f"{shell} '{inside}'")
    compiled = said.stdout.splitlines()
    assert "-w /big -p wa" in compiled, said.stderr
    wanted = to_ruleset(parse_rules(("x", line) for line in compiled), lambda _: False, "at_boot")[0]
    assert at_boot(host) == wanted


NAMES = (
    *("30-b", "4-a", "4-B", "a", "audit", "10-base-config", "10", "1a", "01", "1", "a-1", "a1", "A", "a~", "_x", "a.b"),
    *("99-finalize", "70-x", "7-x", "a10", "a9", "09a", "9a", "x.1", "x.1a", "x-01", "x-1"),
)


def test_names_are_ordered_as_ls_orders_them(tmp_path: Path) -> None:
    for name in NAMES:
        (tmp_path / f"{name}.rules").touch()
    said = subprocess.run(["ls", "-1v", tmp_path], check=True, capture_output=True, text=True, env={"LC_ALL": "C"})
    assert sorted((f"{name}.rules" for name in NAMES), key=version_order) == said.stdout.split()


LINES = (
    "-w /etc/passwd -p wa -k id",
    "-w /etc/passwd",
    "-w /etc/audit/ -p wa",
    "-w /etc -p wa -k a -k b",
    "-w /nonexistent/x -p w\n-w /etc/passwd -p wa",
    "-c\n-w /nonexistent/x -p w\n-w /etc/passwd -p wa",
    "-w /etc/not-there -p wa",
    "-a always,exit -F dir=/var/log/x -F perm=wa\n-w /etc/passwd",
    "-a always,exit -F arch=b64 -S adjtimex,settimeofday -S clock_settime -k time",
    "-a exit,always -F arch=b32 -S adjtimex -k time",
    "-a always,exit -F path=/etc/shadow -F perm=wa -F auid>=1000 -F auid!=unset -k x",
    "-a always,exit -F dir=/etc/audit -F perm=wa",
    "-a always,exit -S execve -F euid=0 -F auid>=1000 -F auid!=-1",
    "-a always,exit -F arch=b64 -S open,openat -F exit=-EACCES -F auid>=1000 -F auid!=4294967295",
    "-a always,exit -F path=/usr/bin/passwd -F perm=x",
    "-a always,exit -F path=/usr/bin/passwd",
    "-a never,task",
    "-a task,never",
    "-a always,exit -F arch=x86_64 -S init_module -S 176",
    "-a always,exit -S all -F pid=1005",
    "-a always,exclude -F msgtype=CWD",
    "-a never,user -F uid=0",
    "-a always,exit -F exe=/bin/ls -S execve",
    "-a always,exit -F arch=b64 -C auid!=uid -S execve",
    "-a always,exit",
    "-a never,exit",
    "-a always,exit -F arch=b64 -S stime\n-w /etc/passwd",
    "-a always,exit -F arch=b32 -S stime",
    "-a always,entry -S open",
    "-a possible,exit -S open",
    "-w relative -p wa",
    "-w /etc/passwd -p z",
    "-w /etc/passwd -p wa -p r",
    "-a always,exit -F auid=root -S open",
    "-a always,exit -F uid!=root -F arch=b64 -S open",
    "-w /etc/passwd -p wa\n-w /etc/passwd -p wa\n-w /etc/group",
    "-w /etc/passwd -p wa\n-w /etc/passwd -p r",
    "-w /etc/passwd -p wa\n-z x\n-w /etc/group -p wa",
    "-i\n-w /etc/passwd -p wa\n-z x\n-w /etc/group -p wa",
    "-c\n-w /etc/passwd -p wa\n-z x\n-w /etc/group -p wa",
    "-w /etc/passwd -p wa\n-D\n-w /etc/group -p wa",
    "-w /etc/passwd -k a\n-w /etc/group\n-D -k a",
    "-w /etc/passwd -p wa\n-W /etc/passwd -p wa",
    "-w /etc/passwd -p wa -k a\n-W /etc/passwd -p wa\n-w /etc/group",
    "-w /etc/passwd -p wa\n-A never,exit -F path=/x",
    "-a always,exit -F arch=b64 -S open\n-d always,exit -F arch=b64 -S open",
    "-a always,exit -F arch=b64 -S open -k a\n-a always,exit -F arch=b64 -S open -k b",
    "-w /etc/passwd -p wa # remark\n-w /etc/group",
    "  -w  /etc/passwd   -p  wa",
    "\t-w /etc/passwd -p wa",
    "-w /etc/passwd\t-p wa",
    "-w /etc/passwd -pwa -kx",
    "-w /etc/passwd -p wa -F key=x",
    "-w /etc/passwd -p wa -F auid>=1000",
    "-w /etc/passwd -p wa -k",
    "-w /etc/passwd -p WA",
    "-p wa -w /etc/passwd",
    "-k x -w /etc/passwd",
    "-F arch=b64 -a always,exit -S open",
    "-S open -a always,exit",
    "-a always,exit -S open -F arch=b64",
    "-a always,exit -S open -p wa",
    "-a always,exit -F arch=b64 -S clock_settime -F a0=0x0",
    "-b 8192\n-f 1\n-r 0\n--backlog_wait_time 60000\n-w /etc/passwd -p wa",
    "-b many\n-w /etc/passwd",
    '-w "/etc/passwd" -p wa',
    '-a always,exit -F path="/etc/passwd" -F perm=wa\n-w /etc/group',
    "-w /etc/../etc/passwd -p wa",
    "-w / -p wa",
)


def _auditctl(root: Root, *argv: str) -> str:
    """What auditctl of a root says in the machine's own process namespace: in others the kernel refuses it."""
    done = subprocess.run(
        ["chroot", root.path, "/usr/sbin/auditctl", *argv], check=False, capture_output=True, text=True
    )
    return done.stdout


@pytest.mark.root
def test_what_the_kernel_loads_is_what_we_expect(debian_root: Callable[..., Root], tmp_path: Path) -> None:
    """Files and kernel are compared by rules, so a file must be read exactly as auditctl would load it.

    The kernel's rules are the whole machine's: this runs only where nobody uses them, and leaves none behind.
    """
    need_root("audit rules are loaded")
    root = debian_root("bookworm", *PACKAGES).copy(tmp_path / "root")
    if not _auditctl(root, "-s").startswith("enabled 0") or "No rules" not in _auditctl(root, "-l"):
        give_up("needs a kernel whose audit system is there and nobody's")
    host = Host(root=root.path)
    differing = {}
    try:
        for text in LINES:
            _auditctl(root, "-D")
            (root.path / "etc/audit/audit.rules").write_text(f"{text}\n")
            _auditctl(root, "-R", "/etc/audit/audit.rules")
            said = [line for line in _auditctl(root, "-l").splitlines() if line != "No rules"]
            loaded = to_ruleset(parse_rules(("l", line) for line in said), host.is_dir, "")[0]
            read = parse_rules(numbered(host, "/etc/audit/audit.rules"), machine(host))
            expected = to_ruleset(read, host.is_dir, "")[0]
            if expected.model_copy(update={"enabled": None}) != loaded or len(read.rules) != len(said):
                differing[text] = (said, expected)
    finally:
        for option in (("-D",), ("-e", "0"), ("-b", "64"), ("-f", "1"), ("--backlog_wait_time", "15000")):
            _auditctl(root, *option)
    assert differing == {}
