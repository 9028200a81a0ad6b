"""Where records end up, and how long they stay, judged by a real rsyslogd that gets one of each, and by logrotate."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from rongdun_agent.logrotate_config import read_entries, to_rotation
from rongdun_agent.rsyslog_config import follow, read_statements
from rongdun_agent.rsyslog_config.selector import FACILITIES
from tests.agent.conftest import MakeHost
from tests.lab.roots import Root

PACKAGES = (
    *("anacron", "at", "auditd", "chrony", "cron", "iptables", "kmod", "logrotate"),
    *("nftables", "openssh-server", "rsyslog"),
)
INPUT = 'module(load="imuxsock" SysSock.Name="/run/s.sock")\n'

ROUTES: dict[str, str] = {
    "one facility": "cron.* /x/a",
    "a priority and above": "*.notice /x/a\nmail.info /x/b",
    "exactly one priority": "cron.=info /x/a\nmail.=err /x/b\nauth.=debug;auth.=info /x/c",
    "none": "*.info;mail.none;authpriv.none /x/a",
    "none, too early": "mail.none;*.* /x/a",
    "not this priority and above": "*.*;cron.!notice;mail.!info;ftp.!=info;lpr.!=err /x/a",
    "several facilities": "auth,authpriv.* /x/a\nlocal0,local7.info;user.* /x/b",
    "other names": "SECURITY.* /x/a\nmail.warn /x/b\nnews.error /x/c\nkern.panic /x/d\nuucp.WARNING /x/e",
    "unsynchronised and with a template": "cron.* -/x/a;RSYSLOG_FileFormat\nmail.* /x/b;RSYSLOG_TraditionalFileFormat",
    "continued": "cron.*;\\\n   mail.*   \\\n /x/a",
    "several actions": "cron.* /x/a\n& /x/b\n& stop\nmail.* stop\n*.* /x/c",
    "a discard before": "cron.* stop\nmail.* ~\nauth.err stop\n*.* /x/a",
    "a block": 'cron,mail.* {\n action(type="omfile" file="/x/a")\n}\nlpr.* {\n  /x/b\n  stop\n}\n*.err /x/c',
    "an action behind a selector": 'cron.* action(type="omfile"\n   file="/x/a") # remark\nmail.* /x/b',
    "an action for all": 'action(type="omfile" file="/x/a")',
    "spaces": "cron.*                \t /x/a\n  mail.* /x/b\n\tlpr.* /x/c",
    "comments": "# cron.* /x/a\n/* mail.* /x/a\n*/\nlpr.* /x/b # news.* /x/c\n",
    "a rule set that nothing calls": 'ruleset(name="r") {\n *.* /x/a\n}\ncron.* /x/b',
    "a rule set in old words": "$RuleSet r\n*.* /x/a\n$RuleSet RSYSLOG_DefaultRuleset\ncron.* /x/b",
    "a template's text": 'template(name="t" type="string" string="#%msg%\\n cron.* /x/b")\nmail.* /x/a;t',
    "a legacy template": '$template t,"%msg%\\n"\nmail.* /x/a;t\n',
    "a name made of the record": '$template f,"/x/%programname%.log"\nmail.* ?f\nlpr.* -?f\n',
    "terminals, pipes and programs": "cron.* :omusrmsg:*\nmail.* root\nlpr.* |/x/pipe\nuser.* *\nftp.* /x/a",
    "discarded by an action": 'cron.* :omdiscard:\nmail.* action(type="omdiscard")\n*.* /x/a',
    "included": "$IncludeConfig /etc/rsyslog.d/*.conf\nlpr.* /x/b",
    "included by name": 'include(file="/etc/rsyslog.d/one.conf")\ninclude(file="/gone" mode="optional")\nlpr.* /x/b',
    "an include switched off by text": "$IncludeConfig /etc/rsyslog.d/*.off\nlpr.* /x/b",
    "capitals": "CRON.INFO /x/a\nMail.* /x/b",
    "BSD blocks": "!prog\ncron.* /x/a\n!*\nmail.* /x/b",
    "Windows line ends": "cron.* /x/a\r\nmail.* /x/b\r\n",
}
CONDITIONAL = {"BSD blocks"}
"""What goes by the program that sent a record leaves coverage open, even where it happens to keep everything."""
MORE = {"/etc/rsyslog.d/one.conf": "cron.* /x/a\n& stop\n", "/etc/rsyslog.d/two.conf": "mail.* /x/a\n"}

DRIVER = """
import json, os, signal, socket, subprocess, sys, time
found = {}
for name, text in json.load(sys.stdin).items():
    for f in os.listdir("/x"): os.unlink("/x/" + f)
    if os.path.exists("/run/s.sock"): os.unlink("/run/s.sock")
    with open("/etc/rsyslog.conf", "w", newline="") as out: out.write(text)
    daemon = subprocess.Popen(["rsyslogd", "-n", "-i", "/run/r.pid"], stderr=subprocess.DEVNULL)
    for _ in range(100):
        if os.path.exists("/run/s.sock"): break
        time.sleep(0.02)
    out = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); out.connect("/run/s.sock")
    for facility in list(range(12)) + list(range(16, 24)):
        out.send(b"<%d>Jan  1 00:00:00 tag: facility-%d-end" % (facility * 8 + 6, facility))
    seen = ""
    for _ in range(20):
        time.sleep(0.03)
        texts = [open(os.path.join("/x", f)).read() for f in os.listdir("/x") if os.path.isfile(os.path.join("/x", f))]
        if "".join(texts) == seen and seen: break
        seen = "".join(texts)
    daemon.send_signal(signal.SIGTERM); daemon.wait(10)
    texts = [open(os.path.join("/x", f)).read() for f in os.listdir("/x") if os.path.isfile(os.path.join("/x", f))]
    found[name] = [n for n in range(24) if any("facility-%d-end" % n in text for text in texts)]
json.dump(found, sys.stdout)
"""


@pytest.fixture(scope="module")
def kept(debian_root: Callable[..., Root]) -> dict[str, list[str]]:
    """The facilities whose `info` records a real rsyslogd wrote to some file, by case."""
    root = debian_root("bookworm", *PACKAGES)
    files = "".join(f"printf '{text}' > {path.lstrip('/')};" for path, text in MORE.items()).replace("\n", "\\n")
    mounts = "for d in run mnt x; do mkdir -p $d; mount -t tmpfs x $d; done; mount --bind mnt etc/rsyslog.d"
    configuration = "touch mnt/rc; mount --bind mnt/rc etc/rsyslog.conf"
    program = f"cd {root.path}; {mounts}; {files} {configuration}; exec chroot . python3 -c '{DRIVER}'"
    cases = {name: INPUT + text + "\n" for name, text in ROUTES.items()}
    done = Root(root.suite, Path("/")).run("sh", "-c", program, stdin=json.dumps(cases), timeout_s=120)
    assert done.returncode == 0, done.stderr
    numbers = [*range(12), *range(16, 24)]
    return {
        name: sorted(FACILITIES[numbers.index(number)] for number in found)
        for name, found in json.loads(done.stdout).items()
    }


@pytest.mark.parametrize("case", ROUTES)
def test_records_are_kept_where_rsyslogd_keeps_them(kept: dict[str, list[str]], make_host: MakeHost, case: str) -> None:
    """Whether sign-ins and cron's work are on record is what auditors ask first."""
    host = make_host(MORE | {"/etc/rsyslog.conf": INPUT + ROUTES[case] + "\n"})
    flow = follow(read_statements(host))
    assert sorted(flow.covered) == kept[case]
    assert flow.unclear == (case in CONDITIONAL)


ENTRY = "/var/log/a {\n rotate 3\n}\n"
ROTATIONS: dict[str, Mapping[str, str]] = {
    "plain": {"/etc/logrotate.conf": f"weekly\nrotate 4\n{ENTRY}"},
    "globals count from where they stand": {"/etc/logrotate.conf": f"{ENTRY}weekly\nrotate 4\n/var/log/b {{\n}}\n"},
    "behind the brace": {"/etc/logrotate.conf": "/var/log/a { weekly\nrotate 2\n}\n"},
    "all on one line": {"/etc/logrotate.conf": "/var/log/a { weekly rotate 2 }\n"},
    "several names": {"/etc/logrotate.conf": "/var/log/a /var/log/b {\nmonthly\nrotate 9\n}\n"},
    "equals signs": {"/etc/logrotate.conf": "rotate=5\n/var/log/a {\nweekly\nrotate = 7\n}\n"},
    "a weekday": {"/etc/logrotate.conf": f"weekly 1\n{ENTRY}"},
    "size": {"/etc/logrotate.conf": "/var/log/a {\nweekly\nsize 10M\nrotate 7\n}\n"},
    "size, then a period": {"/etc/logrotate.conf": "/var/log/a {\nsize 10M\nweekly\nrotate 7\n}\n"},
    "at least and at most a size": {
        "/etc/logrotate.conf": "weekly\n/var/log/a {\nminsize 1M\nmaxsize 9M\nrotate 7\n}\n"
    },
    "no period": {"/etc/logrotate.conf": ENTRY},
    "comments": {"/etc/logrotate.conf": "# daily\nweekly\n/var/log/a {\n # rotate 9\nrotate 5\n}\n"},
    "a remark behind a value": {"/etc/logrotate.conf": f"daily\nrotate 9\n{ENTRY}weekly # now\n/var/log/b {{\n}}\n"},
    "a remark behind a value in an entry": {"/etc/logrotate.conf": f"weekly\n/var/log/b {{\nrotate 9 # w\n}}\n{ENTRY}"},
    "a script": {
        "/etc/logrotate.conf": "weekly\n/var/log/a {\nrotate 5\npostrotate\nrotate 1\n}\nendscript\nrotate 6\n}\n"
    },
    "a directory": {
        "/etc/logrotate.conf": "weekly\nrotate 4\ninclude /etc/logrotate.d\n/var/log/z {\n}\n",
        "/etc/logrotate.d/b": "/var/log/b {\nrotate 9\n}\n",
        "/etc/logrotate.d/a": "daily\n/var/log/a {\n}\n",
    },
    "names that are left out": {
        "/etc/logrotate.conf": "weekly\nrotate 1\ninclude /etc/logrotate.d\n",
        "/etc/logrotate.d/a.dpkg-old": "/var/log/a {\n}\n",
        "/etc/logrotate.d/b.rpmsave": "/var/log/b {\n}\n",
        "/etc/logrotate.d/c.conf": "/var/log/c {\n}\n",
        "/etc/logrotate.d/d~": "/var/log/d {\n}\n",
        "/etc/logrotate.d/.e": "/var/log/e {\n}\n",
        "/etc/logrotate.d/h.bak": "/var/log/h {\n}\n",
    },
    "endings added": {
        "/etc/logrotate.conf": "weekly\nrotate 1\ntabooext + .x, .y\ninclude /etc/logrotate.d\n",
        "/etc/logrotate.d/a.x": "/var/log/a {\n}\n",
        "/etc/logrotate.d/b.y": "/var/log/b {\n}\n",
        "/etc/logrotate.d/c.rpmsave": "/var/log/c {\n}\n",
        "/etc/logrotate.d/d": "/var/log/d {\n}\n",
    },
    "endings replaced": {
        "/etc/logrotate.conf": "weekly\nrotate 1\ntabooext .x\ninclude /etc/logrotate.d\n",
        "/etc/logrotate.d/a.x": "/var/log/a {\n}\n",
        "/etc/logrotate.d/c.rpmsave": "/var/log/c {\n}\n",
    },
    "patterns added": {
        "/etc/logrotate.conf": "weekly\nrotate 1\ntaboopat + x*\ninclude /etc/logrotate.d\n",
        "/etc/logrotate.d/xa": "/var/log/a {\n}\n",
        "/etc/logrotate.d/c": "/var/log/c {\n}\n",
    },
    "an unknown directive": {"/etc/logrotate.conf": f"weekly\nfrobnicate yes\n{ENTRY}"},
    "a bad value": {"/etc/logrotate.conf": f"weekly\n/var/log/b {{\nrotate many\n}}\n{ENTRY}"},
    "a bad value in an included file": {
        "/etc/logrotate.conf": f"weekly\ninclude /etc/logrotate.d\n{ENTRY}",
        "/etc/logrotate.d/x": "daily\n/var/log/b {\nrotate many\n}\n/var/log/c {\nrotate 2\n}\n",
    },
    "a bad global in an included file": {
        "/etc/logrotate.conf": f"weekly\ninclude /etc/logrotate.d\n{ENTRY}",
        "/etc/logrotate.d/x": "daily\n/var/log/b {\nrotate 2\n}\nrotate many\n/var/log/c {\nrotate 2\n}\n",
    },
    "an included file": {"/etc/logrotate.conf": f"weekly\ninclude /etc/one\n{ENTRY}", "/etc/one": "daily\n"},
    "not closed": {"/etc/logrotate.conf": "weekly\n/var/log/a {\nrotate 3\n"},
    "braces in a name": {"/etc/logrotate.conf": "weekly\n/var/log/{a,b} {\nrotate 3\n}\n"},
    "a period replaced": {"/etc/logrotate.conf": f"daily\nweekly\n{ENTRY}"},
    "Windows line ends": {"/etc/logrotate.conf": "weekly\r\n/var/log/a {\r\nrotate 3\r\n}\r\n"},
}
_PATTERN = re.compile(
    r"rotating pattern: (.*?) +(after (\d+) days|weekly|monthly|yearly|hourly|\d+ bytes) \((\d+) rotations\)"
)


@pytest.mark.parametrize("files", [pytest.param(files, id=name) for name, files in ROTATIONS.items()])
def test_entries_are_those_that_logrotate_follows(
    debian_root: Callable[..., Root], make_host: MakeHost, tmp_path: Path, files: Mapping[str, str]
) -> None:
    """An entry that logrotate skips for an error keeps its file for ever, and one before it may decide instead."""
    root = debian_root("bookworm", *PACKAGES)
    host = make_host(files)
    inside = "mount -t tmpfs x /etc && cp -R /mnt/etc/. /etc && chmod -R go-w /etc && chown -R 0:0 /etc"
    inside += " && echo root:x:0:0::/:/bin/sh > /etc/passwd && echo adm:x:4: > /etc/group"
    inside += " && mount -t tmpfs x /var/log && cd /var/log && touch a b c d e h z && logrotate -d /etc/logrotate.conf"
    shell = f"cd {root.path} && mount --bind {tmp_path}/host mnt && exec chroot . sh -c '{inside} 2>&1'"
    said = Root(root.suite, Path("/")).run("sh", "-c", shell).stdout
    assert "reading config file" in said
    wanted = [
        (path, "daily" if days else "size" if "bytes" in period else period, int(rotations))
        for path, period, days, rotations in _PATTERN.findall(said)
    ]
    assert [(" ".join(one.paths), one.period, one.rotations) for one in map(to_rotation, read_entries(host))] == wanted
