"""The command line as people and scripts use it: real processes, their output and their exit status."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from rongdun_agent.cli import BROKEN_PIPE, BUG, INTERRUPTED, MEND, main
from rongdun_contract.facts import SECTIONS

PASSWD = "root:x:0:0::/root:/bin/sh\nada:x:1000:1000::/home/ada:/bin/sh\n"
NAMES_UNIQUE = "severity: high\nstatus: stable\nexpect: {none: accounts.duplicate_names, empty: pass}\n"
FEW_USERS = """\
severity: low
status: stable
params: {most: {type: integer, default: 1, tighten: lower}}
expect: {every: accounts.users, that: {uid: {at_most: {param: most}}}, empty: fail}
"""
UNKNOWN = """\
severity: critical
status: stable
expect: {none: accounts.users, where: {password.state: {is: empty}}, empty: pass}
"""


def agent(*arguments: str, **options) -> subprocess.CompletedProcess[str]:
    """Run the agent; its own state directory is an empty one."""
    environment = {**os.environ, "RONGDUN_STATE": "/nonexistent/rongdun", **options.pop("env", {})}
    command = [sys.executable, "-m", "rongdun_agent.cli", *arguments]
    return subprocess.run(
        command, capture_output=True, encoding="utf-8", env=environment, check=False, timeout=120, **options
    )


@pytest.fixture
def tree(make_host) -> str:
    return str(make_host({"/etc/passwd": PASSWD, "/etc/hostname": "oak\n"}).on_disk("/"))


def test_nothing_fails_and_enough_is_known_is_0(tree, make_pack):
    done = agent("scan", "--root", tree, "--pack", str(make_pack({"names-unique": NAMES_UNIQUE})))
    assert (done.returncode, done.stderr) == (0, "")
    assert "✓ high" in done.stdout
    assert "oak" in done.stdout


def test_a_failure_is_1_with_what_was_found_and_where(tree, make_pack):
    done = agent("scan", "--root", tree, "--pack", str(make_pack({"few-users": FEW_USERS})))
    assert done.returncode == 1
    assert "✗ low" in done.stdout
    assert "accounts.users[name=ada].uid: 1000，要求 wanted <= 1" in done.stdout
    assert "于 at /etc/passwd:2" in done.stdout


def test_too_little_known_is_1_unless_asked_for_less(make_host, make_pack):
    """Unknown is never a pass: a scan that saw nothing must not look like a good one."""
    host = make_host({"/etc/passwd": {"dir": True}})
    arguments = ("scan", "--root", str(host.on_disk("/")), "--pack", str(make_pack({"names-unique": NAMES_UNIQUE})))
    assert agent(*arguments).returncode == 1
    done = agent(*arguments, "--min-confidence", "0")
    assert done.returncode == 0
    assert "accounts: NotAFile: /etc/passwd: is a directory" in done.stdout


def test_a_host_to_which_nothing_applies_is_a_red_flag_and_not_clean(tree, make_pack):
    never = "severity: low\nstatus: stable\napplies: {some: accounts.users, that: {uid: {is: 7}}, empty: fail}\n"
    pack = make_pack({"never-applies": never + "expect: {none: accounts.duplicate_names, empty: pass}\n"})
    done = agent("scan", "--root", tree, "--pack", str(pack))
    assert done.returncode == 1
    assert "No rule applies to this host" in done.stdout
    assert agent("scan", "--root", tree, "--pack", str(pack), "--rule", "never-applies").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["scan", "--rule", "names-uniqe"], "did you mean `names-unique`?"),
        (["scan", "--param", "names-unique.x=1"], "the rule has no parameter `x`"),
        (["scan", "--param", "few-users.most=many"], "'many' is not of type integer"),
        (["scan", "--param", "few-users"], "write RULE.NAME=VALUE"),
        (["scan", "--param", "few-user.most=1"], "did you mean `few-users`?"),
        (["scan", "--min-confidence", "2"], "is out of range"),
        (["scan", "--level", "5"], "invalid choice: 5"),
        (["scan", "--format", "xml"], "invalid choice: 'xml'"),
        (["explain", "none-such"], "there is no such rule"),
        (["facts", "acounts"], "did you mean `accounts`?"),
        (["sacn"], "invalid choice: 'sacn'"),
        (["pack", "lint", "/nonexistent"], "does not exist"),
    ],
)
def test_what_the_operator_can_mend_is_2_and_says_how(tree, make_pack, arguments, words):
    pack = make_pack({"names-unique": NAMES_UNIQUE, "few-users": FEW_USERS})
    extra = ["--root", tree, "--pack", str(pack)] if arguments[0] in {"scan", "explain"} else []
    done = agent(*arguments, *extra)
    assert done.returncode == MEND
    assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("/nonexistent", "is no directory"),
        ("/etc/passwd", "is no directory"),
    ],
)
def test_a_root_that_is_none_is_2(place, words):
    for command in (["facts"], ["scan"], ["explain", "no-empty-passwords"]):
        done = agent(*command, "--root", place)
        assert (done.returncode, words in done.stderr) == (MEND, True), done.stderr


def test_a_broken_pack_is_2_with_every_mistake(tree, make_pack):
    pack = make_pack({"a-rule": NAMES_UNIQUE.replace("duplicate_names", "duplicate_name"), "b-rule": "severity: no\n"})
    done = agent("scan", "--root", tree, "--pack", str(pack))
    assert done.returncode == MEND
    assert "did you mean `duplicate_names`?" in done.stderr
    assert f"{pack}/group/b-rule.yaml:5" in done.stderr


def test_a_bug_is_3_with_its_traceback(monkeypatch, capsys):
    """Scripts must tell a finding from a fault of ours."""
    monkeypatch.setattr("rongdun_agent.commands.facts.open_host", lambda _: 1 / 0)
    assert main(["facts"]) == BUG
    error = capsys.readouterr().err
    assert "ZeroDivisionError" in error
    assert "this is a bug of the agent" in error


def test_a_reader_that_leaves_is_no_error():
    """`rongdun-agent facts | head` ends quietly."""
    command = f"'{sys.executable}' -m rongdun_agent.cli facts; echo $? >&2"
    done = subprocess.run(
        ["bash", "-c", f"({command}) | head -c 10"], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout == '{\n  "accou'
    assert done.stderr.split() in (["0"], [str(BROKEN_PIPE)])


def test_ctrl_c_ends_it_with_130_and_no_traceback(monkeypatch, capsys):
    monkeypatch.setattr("rongdun_agent.commands.facts.open_host", lambda _: os.kill(os.getpid(), signal.SIGINT))
    assert main(["facts"]) == INTERRUPTED
    assert capsys.readouterr().err == ""


def test_json_has_exactly_the_documented_shape(tree, make_pack):
    pack = make_pack({"few-users": FEW_USERS, "names-unique": NAMES_UNIQUE})
    found = json.loads(agent("scan", "--root", tree, "--pack", str(pack), "--format", "json").stdout)
    assert list(found) == ["schema", "host", "level", "packs", "findings", "probes", "score", "confidence"]
    assert (found["schema"], found["host"], found["level"]) == (1, "oak", 3)
    assert found["packs"] == [{"id": "trial", "version": "1.2.3"}]
    failed, passed = found["findings"]
    assert set(failed) == {"rule", "severity", "verdict", "reason", "valid_until", "objects", "evidence"}
    assert (failed["rule"], failed["verdict"], passed["verdict"]) == ("few-users", "fail", "pass")
    assert failed["objects"] == [{"key": "ada", "appeared_at": None}]
    assert failed["evidence"][0] == {
        "what": "accounts.users[name=ada].uid",
        "found": "1000",
        "wanted": "<= 1",
        "source": "/etc/passwd:2",
        "overrides": [],
    }
    assert {probe["name"] for probe in found["probes"]} <= set(SECTIONS)
    assert all(set(probe) == {"name", "seconds", "error"} for probe in found["probes"])
    assert (found["score"], found["confidence"]) == (85.7, 1.0)


def test_csv_has_a_line_per_finding_and_no_formulas(make_host, make_pack):
    """A host's name comes from the host: a spreadsheet must not execute it."""
    host = make_host({"/etc/passwd": PASSWD, "/etc/hostname": "=cmd\n"})
    pack = make_pack({"few-users": FEW_USERS, "names-unique": NAMES_UNIQUE})
    done = agent("scan", "--root", str(host.on_disk("/")), "--pack", str(pack), "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["rule"] for row in rows] == ["few-users", "names-unique"]
    assert rows[0]["source"] == "/etc/passwd:2"
    assert rows[0]["wanted"] == "<= 1"
    assert not rows[0]["host"].startswith("=")


@pytest.mark.parametrize("form", ["table", "json", "csv", "sarif", "html", "xccdf"])
def test_the_exit_status_is_the_same_in_every_format(tree, make_pack, form):
    """A report that is written for somebody must not turn a failure into a success for the script that asks."""
    pack = str(make_pack({"few-users": FEW_USERS, "names-unique": NAMES_UNIQUE}))
    failed = agent("scan", "--root", tree, "--pack", pack, "--format", form)
    assert (failed.returncode, failed.stderr) == (1, "")
    assert "few-users" in failed.stdout
    assert "oak" in failed.stdout
    passed = agent("scan", "--root", tree, "--pack", pack, "--rule", "names-unique", "--format", form)
    assert (passed.returncode, passed.stderr) == (0, "")


def test_passwords_are_tried_only_where_it_is_asked_for(make_host):
    """Opt-in, and neither the word nor the hash is in any report."""
    weak = subprocess.run(
        ["openssl", "passwd", "-6", "woaini1314"], capture_output=True, text=True, check=True
    ).stdout.strip()
    shadow = f"root:*:1::::::\nada:{weak}:1::::::\n"
    host = make_host({"/etc/passwd": "root:x:0:0::/:/bin/sh\nada:x:1000:1000::/:/bin/sh\n", "/etc/shadow": shadow})
    scan = ("scan", "--root", str(host.on_disk("/")), "--rule", "passwords-not-guessable", "--format", "json")
    (unasked,) = json.loads(agent(*scan).stdout)["findings"]
    assert (unasked["verdict"], unasked["reason"]) == ("unknown", "not probed")
    done = agent(*scan, "--weak-passwords")
    (found,) = json.loads(done.stdout)["findings"]
    assert (done.returncode, found["verdict"], found["objects"]) == (1, "fail", [{"key": "ada", "appeared_at": None}])
    assert "woaini" not in done.stdout
    assert weak[10:] not in done.stdout
    assert "--weak-passwords" in agent(*scan[:-1], "table").stdout


def test_a_parameter_changes_the_verdict(tree, make_pack):
    pack = str(make_pack({"few-users": FEW_USERS}))
    done = agent("scan", "--root", tree, "--pack", pack, "--param", "few-users.most=1000")
    assert done.returncode == 0


def test_named_rules_probe_only_what_they_read(tree, make_pack):
    pack = str(make_pack({"few-users": FEW_USERS, "names-unique": NAMES_UNIQUE}))
    done = agent("scan", "--root", tree, "--pack", pack, "--rule", "names-unique", "--format", "json")
    found = json.loads(done.stdout)
    assert [finding["rule"] for finding in found["findings"]] == ["names-unique"]
    assert {probe["name"] for probe in found["probes"]} == {"accounts", "identity", "os"}


def test_draft_rules_are_judged_only_by_name(tree, make_pack):
    pack = str(make_pack({"names-unique": NAMES_UNIQUE.replace("stable", "draft"), "few-users": FEW_USERS}))
    everything = json.loads(agent("scan", "--root", tree, "--pack", pack, "--format", "json").stdout)
    assert [finding["rule"] for finding in everything["findings"]] == ["few-users"]
    named = agent("scan", "--root", tree, "--pack", pack, "--rule", "names-unique")
    assert "✓ high" in named.stdout


def test_two_packs_are_judged_together_and_must_not_share_rules(tree, make_pack, tmp_path):
    pack = make_pack({"names-unique": NAMES_UNIQUE})
    other = tmp_path / "other"
    pack.rename(other)
    pack = make_pack({"few-users": FEW_USERS})
    both = agent("scan", "--root", tree, "--pack", str(pack), "--pack", str(other), "--format", "json")
    assert len(json.loads(both.stdout)["findings"]) == 2
    twice = agent("scan", "--root", tree, "--pack", str(pack), "--pack", str(pack))
    assert twice.returncode == MEND
    assert "few-users: is in the packs trial and trial" in twice.stderr


def test_the_embedded_pack_judges_a_tree():
    """The agent alone, without any file of the source tree, has rules."""
    done = agent("scan", "--root", str(Path(__file__).parent), "--format", "json")
    found = json.loads(done.stdout)
    assert found["packs"][0]["id"] == "linux-baseline"
    assert len(found["findings"]) >= 60
    assert done.returncode == 1


def test_explain_takes_the_verdict_apart(tree, make_pack):
    rule = FEW_USERS.replace(
        "expect: {every",
        "applies: {not: {some: accounts.users, that: {uid: {is: 7}}, empty: fail}}\nexpect:\n  all:\n    - {every",
    )
    rule += "    - {none: accounts.duplicate_names, empty: pass}\n"
    done = agent("explain", "few-users", "--root", tree, "--pack", str(make_pack({"few-users": rule})), "--level", "2")
    assert done.returncode == 0
    assert "为什么 Why: 因为" in done.stdout
    assert "参数 parameter most: 1 at level 2" in done.stdout
    assert "✗ 不通过 fail · oak" in done.stdout
    lines = [line.strip() for line in done.stdout.splitlines()]
    assert "✓ not: 成立 holds" in lines
    assert "✗ all of: 不成立 does not hold" in lines
    assert "✗ every accounts.users: uid <= 1: 不成立 does not hold" in lines
    assert "✓ none accounts.duplicate_names: 成立 holds" in lines
    assert "于 at /etc/passwd:2" in lines


def test_explain_tells_the_clauses_of_an_embedded_rule(tree):
    done = agent("explain", "no-empty-passwords", "--root", tree)
    assert done.returncode == 0
    assert "等保 3 级 8.1.4.1 a" in done.stdout


def test_facts_prints_sections_with_their_sources(tree):
    found = json.loads(agent("facts", "accounts", "--root", tree).stdout)
    assert list(found) == ["accounts"]
    assert [user["name"] for user in found["accounts"]["facts"]["users"]] == ["root", "ada"]
    assert found["accounts"]["schema"] == SECTIONS["accounts"].schema
    assert "/etc/passwd:1" in json.dumps(found["accounts"]["sources"])
    bare = json.loads(agent("facts", "accounts", "--root", tree, "--no-sources").stdout)
    assert set(bare["accounts"]) == {"schema", "facts"}


def test_facts_without_rights_say_so(as_nobody):
    """Run by anyone, the agent tells what it may see and why the rest is missing."""
    out = as_nobody(lambda: _facts_in_process("accounts"))
    states = {user["name"]: user.get("password") for user in json.loads(out)["accounts"]["facts"]["users"]}
    assert states["root"] == {"unknown": "no permission"}


def _facts_in_process(*sections: str) -> str:
    out = io.StringIO()
    os.environ["RONGDUN_STATE"] = "/nonexistent/rongdun"
    main(["facts", *sections], out)
    return out.getvalue()


def test_output_is_utf8_whatever_the_locale_says(tree):
    """A script in the C locale, or an old one in GBK, still gets its JSON."""
    for locale in ("C", "POSIX", "zh_CN.GBK"):
        done = agent("scan", "--root", tree, "--rule", "no-empty-passwords", env={"LC_ALL": locale, "PYTHONUTF8": "0"})
        assert "态势得分" in done.stdout, locale


def test_help_is_quick_and_names_every_command():
    done = agent("--help")
    assert done.returncode == 0
    for command in ("facts", "scan", "explain", "enroll", "run", "status", "pack"):
        assert f"\n    {command} " in done.stdout
        assert agent(command, "--help").returncode == 0
    loaded = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "rongdun_agent.cli", "--help"],
        capture_output=True,
        text=True,
        check=True,
    ).stderr
    assert "pydantic" not in loaded


def test_the_version_is_the_distributions():
    assert agent("--version").stdout.startswith("rongdun-agent ")


def test_without_a_command_the_help_is_shown_and_it_is_2():
    done = agent()
    assert done.returncode == MEND
    assert "COMMAND" in done.stdout


NEW_USERS = "severity: high\nstatus: stable\nexpect: {none: {new: {of: accounts.users, key: name}}, empty: pass}\n"


def test_what_is_new_is_told_against_facts_that_were_kept(tree, make_pack, tmp_path):
    pack, kept = str(make_pack({"nobody-new": NEW_USERS}, needs="{accounts: 3}")), tmp_path / "facts.json"
    assert "no reference" in agent("scan", "--root", tree, "--pack", pack).stdout
    kept.write_text(agent("facts", "accounts", "--root", tree).stdout, "utf-8")
    scan = ("scan", "--root", tree, "--pack", pack, "--reference", str(kept))
    assert agent(*scan).returncode == 0
    with Path(tree, "etc/passwd").open("a") as passwd:
        passwd.write("eve:x:1001:1001::/home/eve:/bin/sh\n")
    done = agent(*scan, "--format", "json")
    assert done.returncode == 1
    assert [named["key"] for named in json.loads(done.stdout)["findings"][0]["objects"]] == ["eve"]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(None, id="no file"),
        pytest.param("{", id="no JSON"),
        pytest.param("[1]", id="no mapping"),
        pytest.param('{"accounts": {"schema": 2, "facts": {"users": "many"}}}', id="no facts"),
    ],
)
def test_a_reference_that_is_none_is_a_mistake_to_mend(tree, tmp_path, content):
    """Facts that cannot be compared with must not make everything new, or nothing."""
    kept = tmp_path / "facts.json"
    if content is not None:
        kept.write_text(content)
    done = agent("scan", "--root", tree, "--reference", str(kept))
    assert done.returncode == MEND
    assert f"{kept}: " in done.stderr
    assert "name a file that `rongdun-agent facts` wrote" in done.stderr
