"""Units as systemd resolves them: systemctl itself judges enablement, a booted systemd judges drop-ins."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from rongdun_agent.host import Host, Process, Refused
from rongdun_agent.probes import services
from rongdun_agent.systemd_units import BootStates, enablement, starts_at_boot
from rongdun_contract.documents import seal
from rongdun_contract.facts import Unknown
from rongdun_contract.facts.services import Services, ServiceUnit
from tests.agent.conftest import MakeHost
from tests.lab.booted import booted
from tests.lab.missing import need_program
from tests.lab.roots import Root

ETC, RUN, LIB = "/etc/systemd/system", "/run/systemd/system", "/usr/lib/systemd/system"
PLAIN = "[Service]\nExecStart=/usr/bin/d\n"
INSTALLABLE = f"{PLAIN}[Install]\nWantedBy=multi-user.target\n"
WithoutOverrides = Callable[[], AbstractContextManager[None]]
OWNED_BY_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="needs root: files are to belong to root")


def link(target: str) -> dict[str, str]:
    return {"symlink": target}


def facts_of(host: Host) -> Services:
    facts = services.probe(host).facts
    assert isinstance(facts, Services)
    return facts


def only(host: Host) -> ServiceUnit:
    (unit,) = facts_of(host).units.values()
    return unit


def systemctl(root: Path, *argv: str) -> list[str]:
    program = need_program("systemctl", "systemd")
    said = subprocess.run([program, f"--root={root}", *argv], capture_output=True, text=True, check=False, timeout=20)
    return said.stdout.splitlines()


ODD: dict[str, Mapping[str, Any]] = {
    "enabled": {f"{LIB}/a.service": INSTALLABLE, f"{ETC}/multi-user.target.wants/a.service": link(f"{LIB}/a.service")},
    "disabled": {f"{LIB}/a.service": INSTALLABLE},
    "static": {f"{LIB}/a.service": PLAIN},
    "pulled in by its package only": {
        f"{LIB}/a.service": PLAIN,
        f"{LIB}/multi-user.target.wants/a.service": link("../a.service"),
    },
    "enabled until the next boot": {
        f"{LIB}/a.service": INSTALLABLE,
        f"{RUN}/multi-user.target.wants/a.service": link(f"{LIB}/a.service"),
    },
    "masked": {f"{LIB}/a.service": INSTALLABLE, f"{ETC}/a.service": link("/dev/null")},
    "masked while the wants link stays": {
        f"{LIB}/a.service": INSTALLABLE,
        f"{ETC}/a.service": link("/dev/null"),
        f"{ETC}/multi-user.target.wants/a.service": link(f"{LIB}/a.service"),
    },
    "masked until the next boot": {f"{LIB}/a.service": INSTALLABLE, f"{RUN}/a.service": link("/dev/null")},
    "masked by an empty file": {f"{LIB}/a.service": INSTALLABLE, f"{ETC}/a.service": ""},
    "masked by a link to an empty file": {
        f"{LIB}/a.service": "",
        f"{ETC}/a.service": link("/opt/empty"),
        "/opt/empty": "",
    },
    "a real file where the link should be": {
        f"{LIB}/a.service": INSTALLABLE,
        f"{ETC}/multi-user.target.wants/a.service": INSTALLABLE,
    },
    "an alias": {f"{LIB}/a.service": PLAIN, f"{ETC}/b.service": link(f"{LIB}/a.service")},
    "enabled by the alias that it asks for": {
        f"{LIB}/a.service": f"{PLAIN}[Install]\nAlias=b.service\n",
        f"{ETC}/b.service": link(f"{LIB}/a.service"),
    },
    "an alias of an alias": {
        f"{LIB}/a.service": PLAIN,
        f"{LIB}/b.service": link("a.service"),
        f"{ETC}/c.service": link(f"{LIB}/b.service"),
    },
    "an alias to nowhere": {f"{ETC}/a.service": link(f"{LIB}/gone.service"), f"{LIB}/other.service": PLAIN},
    "aliases in a circle": {f"{ETC}/a.service": link("b.service"), f"{ETC}/b.service": link("a.service")},
    "an alias of another type": {f"{ETC}/a.service": link(f"{LIB}/a.socket"), f"{LIB}/a.socket": "[Socket]\n"},
    "linked": {f"{ETC}/a.service": link("/opt/a.service"), "/opt/a.service": PLAIN},
    "linked and enabled": {
        f"{ETC}/a.service": link("/opt/a.service"),
        "/opt/a.service": INSTALLABLE,
        f"{ETC}/multi-user.target.wants/a.service": link("/opt/a.service"),
    },
    "linked under another name": {f"{ETC}/a.service": link("/opt/b.service"), "/opt/b.service": PLAIN},
    "linked until the next boot": {f"{RUN}/a.service": link("/opt/a.service"), "/opt/a.service": PLAIN},
    "linked to nowhere": {f"{ETC}/a.service": link("/opt/gone.service")},
    "the administrator's file before the package's": {f"{ETC}/a.service": PLAIN, f"{LIB}/a.service": INSTALLABLE},
    "in /usr/local": {"/usr/local/lib/systemd/system/a.service": INSTALLABLE, f"{LIB}/a.service": PLAIN},
    "generated": {"/run/systemd/generator/a.service": PLAIN},
    "generated, but the administrator's file counts": {
        "/run/systemd/generator/a.service": PLAIN,
        f"{ETC}/a.service": PLAIN,
    },
    "transient": {"/run/systemd/transient/a.service": PLAIN},
    "a template by its default instance": {
        f"{LIB}/a@.service": f"{PLAIN}[Install]\nWantedBy=multi-user.target\nDefaultInstance=x\n",
        f"{ETC}/multi-user.target.wants/a@x.service": link(f"{LIB}/a@.service"),
    },
    "a template by another instance": {
        f"{LIB}/a@.service": f"{PLAIN}[Install]\nWantedBy=multi-user.target\nDefaultInstance=x\n",
        f"{ETC}/multi-user.target.wants/a@y.service": link(f"{LIB}/a@.service"),
    },
    "a template with a masked instance": {f"{LIB}/a@.service": INSTALLABLE, f"{ETC}/a@x.service": link("/dev/null")},
    "an instance that its package pulls in": {
        f"{LIB}/a@.service": PLAIN,
        f"{LIB}/multi-user.target.wants/a@x.service": link("../a@.service"),
    },
    "only Also=": {f"{LIB}/a.service": f"{PLAIN}[Install]\nAlso=b.socket\n"},
    "Also= cannot be taken back": {f"{LIB}/a.service": f"{PLAIN}[Install]\nAlso=b.socket\nAlso=\n"},
    "WantedBy= taken back": {f"{LIB}/a.service": f"{INSTALLABLE}WantedBy=\n"},
    "[Install] in a drop-in": {
        f"{LIB}/a.service": PLAIN,
        f"{ETC}/a.service.d/x.conf": "[Install]\nWantedBy=multi-user.target\n",
    },
    "[Install] in a drop-in of the prefix": {
        f"{LIB}/a-b.service": PLAIN,
        f"{ETC}/a-.service.d/x.conf": "[Install]\nWantedBy=multi-user.target\n",
    },
    "[Install] in a comment": {f"{LIB}/a.service": f"{PLAIN}#[Install]\n#WantedBy=multi-user.target\n"},
    "a comment continued": {
        f"{LIB}/a.service": f"{PLAIN}[Install]\nAlso=a.socket \\\n# WantedBy=x.target\n  b.socket\n"
    },
    "Windows line ends": {f"{LIB}/a.service": INSTALLABLE.replace("\n", "\r\n")},
    "known under a name that it does not ask for": {
        f"{LIB}/a.service": INSTALLABLE,
        f"{ETC}/b.service": link(f"{LIB}/a.service"),
    },
    "a mount may have no alias": {f"{LIB}/a.mount": "[Mount]\n", f"{ETC}/b.mount": link(f"{LIB}/a.mount")},
    "names that are no units": {f"{LIB}/a.service~": PLAIN, f"{LIB}/b.conf": PLAIN, f"{LIB}/c.service": PLAIN},
    "required": {f"{LIB}/a.service": INSTALLABLE, f"{ETC}/x.target.requires/a.service": link(f"{LIB}/a.service")},
    "the wants directory is itself a link": {
        f"{LIB}/a.service": INSTALLABLE,
        "/opt/w/a.service": link(f"{LIB}/a.service"),
        f"{ETC}/multi-user.target.wants": link("/opt/w"),
    },
}


@pytest.mark.parametrize("files", [pytest.param(files, id=name) for name, files in ODD.items()])
@pytest.mark.parametrize("merged", [True, False], ids=["merged /usr", "split /usr"])
def test_enablement_is_what_systemctl_says(
    make_host: MakeHost, tmp_path: Path, files: Mapping[str, Any], *, merged: bool
) -> None:
    """Whether a service starts at boot is what half of the service rules stand on."""
    host = make_host({**files, "/lib" if merged else "/lib/x": link("usr/lib") if merged else ""})
    listed = systemctl(tmp_path / "host", "list-unit-files", "--no-legend", "--no-pager")
    wanted = {line.split()[0]: line.split()[1] for line in listed}
    states = host.once(BootStates)
    found = {name: state.state for name in states.units.names if (state := states.of(name))}
    assert wanted
    assert {name: state for name, state in found.items() if name in wanted} == wanted
    for name in found.keys() - wanted.keys():  # instances, which list-unit-files does not list
        assert systemctl(tmp_path / "host", "is-enabled", name) == [found[name]]


@pytest.mark.parametrize("suite", ["bookworm", "trixie"])
def test_whole_systems_agree_with_systemctl(debian_root: Callable[..., Root], suite: str) -> None:
    """What real packages install is odd in ways that nobody invents."""
    root = debian_root(suite, *SERVICES).path
    wanted = {
        line.split()[0]: line.split()[1] for line in systemctl(root, "list-unit-files", "--no-legend", "--no-pager")
    }
    found = facts_of(Host(root=root))
    assert len(wanted) > 150
    assert {name: found.units[name].enablement for name in wanted if not name.endswith((".slice", ".scope"))} == {
        name: state for name, state in wanted.items() if not name.endswith((".slice", ".scope"))
    }
    assert (found.manager, found.default_target) == ("systemd", systemctl(root, "get-default")[0])


SERVICES = (
    *("anacron", "at", "auditd", "chrony", "cron", "iptables", "kmod", "logrotate"),
    *("nftables", "openssh-server", "rsyslog"),
)

DROP_INS: dict[str, tuple[str, Mapping[str, str]]] = {
    "none": ("d1.service", {f"{ETC}/d1.service": "[Service]\nUser=u1\nExecStart=-@/bin/sleep nap 1\nRestart=always\n"}),
    "last wins": ("d2.service", {f"{ETC}/d2.service": "[Service]\nUser=a\nUser=b\nExecStart=/bin/true\n"}),
    "emptied": (
        "d3.service",
        {
            f"{ETC}/d3.service": "[Service]\nUser=a\nExecStart=/bin/true\n",
            f"{ETC}/d3.service.d/o.conf": "[Service]\nUser=\nExecStart=\nExecStart=/bin/false\n",
        },
    ),
    "by name, not by directory": (
        "d4.service",
        {
            f"{LIB}/d4.service": "[Service]\nUser=a\nExecStart=/bin/true\n",
            f"{ETC}/d4.service.d/10.conf": "[Service]\nUser=etc10\n",
            f"{LIB}/d4.service.d/20.conf": "[Service]\nUser=lib20\n",
        },
    ),
    "shadowed": (
        "d5.service",
        {
            f"{LIB}/d5.service": "[Service]\nExecStart=/bin/true\n",
            f"{LIB}/d5.service.d/20.conf": "[Service]\nUser=lib\n",
            f"{ETC}/d5.service.d/20.conf": "[Service]\nRestart=on-failure\n",
        },
    ),
    "of a prefix": (
        "d6-x-y.service",
        {
            f"{LIB}/d6-x-y.service": "[Service]\nExecStart=/bin/true\n",
            f"{ETC}/d6-.service.d/20.conf": "[Service]\nUser=wide\n",
            f"{ETC}/d6-x-.service.d/10.conf": "[Service]\nUser=narrow\nRestart=on-abort\n",
        },
    ),
    "the narrower prefix wins under one name": (
        "d7-x-y.service",
        {
            f"{LIB}/d7-x-y.service": "[Service]\nExecStart=/bin/true\n",
            f"{ETC}/d7-.service.d/20.conf": "[Service]\nUser=wide\n",
            f"{ETC}/d7-x-.service.d/20.conf": "[Service]\nUser=narrow\n",
        },
    ),
    "the directory counts before the prefix": (
        "d8-x.service",
        {
            f"{LIB}/d8-x.service": "[Service]\nExecStart=/bin/true\n",
            f"{LIB}/d8-x.service.d/20.conf": "[Service]\nUser=narrow\n",
            f"{ETC}/d8-.service.d/20.conf": "[Service]\nUser=wide\n",
        },
    ),
    "of an instance": (
        "d9@i.service",
        {
            f"{LIB}/d9@.service": "[Service]\nExecStart=/bin/echo %i\n",
            f"{ETC}/d9@.service.d/10.conf": "[Service]\nUser=template\nRestart=always\n",
            f"{ETC}/d9@i.service.d/10.conf": "[Service]\nUser=instance\n",
        },
    ),
    "several commands": (
        "d10.service",
        {f"{ETC}/d10.service": "[Service]\nType=oneshot\nExecStart=/bin/true ; /bin/echo a\\;b\n"},
    ),
    "quotes and continued lines": (
        "d11.service",
        {f"{ETC}/d11.service": '[Service]\nExecStart="/bin/echo" \\\n# no\n  "a b" \\\n  c\nUser=u\\\n\nRestart=no\n'},
    ),
    "may not be stopped": (
        "d12.service",
        {f"{ETC}/d12.service": "[Unit]\nRefuseManualStop=on\n[Service]\nExecStart=/bin/true\n"},
    ),
    "not a truth value": (
        "d13.service",
        {f"{ETC}/d13.service": "[Unit]\nRefuseManualStop=on\nRefuseManualStop=maybe\n[Service]\nExecStart=/bin/true\n"},
    ),
    "in the wrong section": (
        "d14.service",
        {f"{ETC}/d14.service": "[Unit]\nUser=u\n[Service]\nExecStart=/bin/true\nRefuseManualStop=yes\n"},
    ),
    "a user of its own": ("d15.service", {f"{ETC}/d15.service": "[Service]\nDynamicUser=yes\nExecStart=+/bin/true\n"}),
    "names of drop-ins that do not count": (
        "d16.service",
        {
            f"{ETC}/d16.service": "[Service]\nExecStart=/bin/true\n",
            f"{ETC}/d16.service.d/10.con": "[Service]\nUser=a\n",
            f"{ETC}/d16.service.d/.10.conf": "[Service]\nUser=b\n",
        },
    ),
    "of every service": (
        "d17.service",
        {
            f"{ETC}/d17.service": "[Service]\nExecStart=/bin/true\n",
            f"{ETC}/service.d/zz.conf": "[Service]\nRestart=on-watchdog\n",
            f"{ETC}/d17.service.d/zz.conf": "[Service]\nUser=own\n",
        },
    ),
}
SHOWN = ("User", "Restart", "DynamicUser", "RefuseManualStop", "ExecStart")


@pytest.mark.systemd
@pytest.mark.parametrize("suite", ["bookworm", "trixie"])
def test_drop_ins_apply_as_in_a_running_systemd(debian_root: Callable[..., Root], suite: str) -> None:
    """An administrator's override decides as whom a service runs, and whether the audit daemon can be stopped."""
    with booted(debian_root(suite, *SERVICES)) as system:
        for _, files in DROP_INS.values():
            for path, content in files.items():
                system.write(path, content)
        system.run("ln", "-s", f"{LIB}/d9@.service", f"{ETC}/multi-user.target.wants/d9@i.service")
        system.run("systemctl", "daemon-reload")
        found = facts_of(Host(root=system.root))
        names = [name for name, _ in DROP_INS.values()]
        said = system.run("systemctl", "show", "-p", ",".join(SHOWN), *names).stdout.split("\n\n")
    assert len(said) == len(names)
    for case, name, lines in zip(DROP_INS, names, map(str.splitlines, said), strict=True):
        settings = dict(line.split("=", 1) for line in lines)
        programs = [line.split("path=")[1].split(" ;")[0] for line in lines if line.startswith("ExecStart=")]
        wanted = (case, *(settings.get(key, "") for key in SHOWN[:-1]), programs)
        assert (case, *_as_shown(found.units[name])) == wanted


def _as_shown(unit: ServiceUnit) -> tuple[str, str, str, str, list[str]]:
    words = {True: "yes", False: "no"}
    user = unit.user or ("" if not unit.dynamic_user else "d15")
    return user, unit.restart or "no", words[unit.dynamic_user], words[unit.refuse_manual_stop], list(unit.exec_start)


@pytest.mark.systemd
def test_a_running_system_tells_what_runs(debian_root: Callable[..., Root]) -> None:
    """Enabled is not running: a daemon that crashed writes no log."""
    with booted(debian_root("bookworm", *SERVICES)) as system:
        system.run("systemctl", "stop", "cron")
        found = facts_of(Host(root=system.root))
        assert found.manager == "systemd"
        assert {name: found.units[name].running for name in ("rsyslog.service", "cron.service", "getty@.service")} == {
            "rsyslog.service": True,
            "cron.service": False,
            "getty@.service": None,
        }
        assert found.units["apt-daily.service"].running is None  # it ends by itself


def test_a_comment_changes_no_fact(make_host: MakeHost) -> None:
    """Facts are shared by thousands of hosts; a remark in a file must not make one of them different."""
    before = services.probe(make_host({f"{ETC}/a.service": INSTALLABLE}))
    after = services.probe(make_host({f"{ETC}/a.service": f"# a remark\n\n{INSTALLABLE}; another\n"}))
    assert seal("services", before.facts, {}).facts_digest == seal("services", after.facts, {}).facts_digest


def test_sources_name_the_link_the_drop_in_and_what_lost(make_host: MakeHost) -> None:
    """An operator must find the line that decides among a dozen directories."""
    host = make_host(
        {
            f"{LIB}/a.service": INSTALLABLE,
            f"{ETC}/a.service": INSTALLABLE,
            f"{ETC}/a.service.d/o.conf": "[Unit]\nRefuseManualStop=yes\n[Service]\nUser=u\n",
            f"{ETC}/multi-user.target.wants/a.service": link(f"{LIB}/a.service"),
        }
    )
    sources = services.probe(host).sources
    assert sources['units["a.service"]'].where == f"{ETC}/a.service"
    assert sources['units["a.service"]'].overrides == (f"{LIB}/a.service",)
    assert sources['units["a.service"].enablement'].where == f"{ETC}/multi-user.target.wants/a.service"
    assert sources['units["a.service"].user'].where == f"{ETC}/a.service.d/o.conf:4"
    assert sources['units["a.service"].refuse_manual_stop'].where == f"{ETC}/a.service.d/o.conf:2"


def test_without_rights_a_closed_unit_file_is_unknown(make_host: MakeHost, without_overrides: WithoutOverrides) -> None:
    """A unit file that we may not read is there; whether it may be enabled is unknown, but a link in /etc tells."""
    closed = {"content": INSTALLABLE, "mode": "0000"}
    host = make_host(
        {
            f"{ETC}/closed.service": closed,
            f"{ETC}/on.service": closed,
            f"{ETC}/multi-user.target.wants/on.service": link(f"{ETC}/on.service"),
            f"{ETC}/open.service": INSTALLABLE,
        }
    )
    with without_overrides():
        units = facts_of(host).units
    assert {name: unit.enablement for name, unit in units.items()} == {
        "closed.service": Unknown(unknown="no permission"),
        "on.service": "enabled",
        "open.service": "disabled",
    }


def test_without_rights_a_closed_directory_is_refused(make_host: MakeHost, without_overrides: WithoutOverrides) -> None:
    """Units that cannot be listed must not be taken for units that are not there."""
    host = make_host({f"{ETC}/a.service": PLAIN, ETC: {"dir": True, "mode": "0000"}})
    with without_overrides(), pytest.raises(Refused):
        services.probe(host)


@OWNED_BY_ROOT
@pytest.mark.parametrize(
    ("files", "writable"),
    [
        pytest.param({}, False, id="root's alone"),
        pytest.param({f"{ETC}/a.service": {"content": PLAIN, "mode": "0666"}}, True, id="the unit file"),
        pytest.param({f"{ETC}/a.service": {"content": PLAIN, "mode": "0664"}}, True, id="the unit file, by its group"),
        pytest.param({f"{ETC}/a.service": {"content": PLAIN, "owner": 1000}}, True, id="the unit file's owner"),
        pytest.param({f"{ETC}/a.service.d/x.conf": {"content": "", "mode": "0646"}}, True, id="a drop-in"),
        pytest.param({"/usr/bin/d": {"content": "", "mode": "0757"}}, True, id="the program"),
        pytest.param({"/usr/bin": {"dir": True, "mode": "0777"}}, True, id="the program's directory"),
        pytest.param({"/usr": {"dir": True, "mode": "0777"}}, True, id="a directory above"),
        pytest.param({"/usr/bin": {"dir": True, "mode": "1777"}}, False, id="a sticky directory"),
        pytest.param({"/usr/bin": {"dir": True, "mode": "0775", "group": 50}}, False, id="a group that nobody is in"),
        pytest.param(
            {"/usr/bin": {"dir": True, "mode": "0775", "group": 50}, "/etc/group": "staff:x:50:eve\n"},
            True,
            id="a group that somebody is in",
        ),
        pytest.param(
            {"/usr/bin/d": link("/opt/d"), "/opt/d": {"content": "", "mode": "0777"}},
            True,
            id="where the program's link leads",
        ),
        pytest.param(
            {
                f"{ETC}/a.service": "[Service]\nExecStart=/bin/sh -e /opt/run.sh\n",
                "/opt/run.sh": {"content": "", "mode": "0777"},
            },
            True,
            id="the script of an interpreter",
        ),
        pytest.param(
            {f"{ETC}/a.service": f"{PLAIN}ExecStopPost=/opt/x\n", "/opt/x": {"content": "", "mode": "0777"}},
            True,
            id="what runs at the end",
        ),
        pytest.param(
            {
                f"{ETC}/a.service": "[Service]\nExecStart=/opt/x\nExecStart=\nExecStart=/usr/bin/d\n",
                "/opt/x": {"content": "", "mode": "0777"},
            },
            False,
            id="a program that an override took away",
        ),
    ],
)
def test_what_root_starts_belongs_to_root(make_host: MakeHost, files: Mapping[str, Any], writable: bool) -> None:
    """Who can change what root starts is root."""
    host = make_host({"/usr/bin/d": "", f"{ETC}/a.service": PLAIN} | files)
    assert facts_of(host).units["a.service"].writable_by_others is writable


def _process(pid: int, unit: str | Unknown | None) -> Process:
    return Process(
        pid=pid,
        ppid=1,
        name="d",
        kernel_thread=False,
        uid=0,
        exe="/usr/bin/d",
        deleted=False,
        service_unit=unit,
        contained=False,
        started=1,
    )


def test_processes_that_hide_leave_running_unknown(make_host: MakeHost) -> None:
    """A process whose control group we may not read could be the service's."""
    host = make_host({f"{ETC}/a.service": INSTALLABLE, f"{ETC}/b.service": INSTALLABLE})
    host.__dict__["processes"] = (_process(1, "a.service"), _process(2, Unknown(unknown="no permission")))
    units = facts_of(host).units
    assert units["a.service"].running is True
    assert units["b.service"].running == Unknown(unknown="no permission")


def test_init_scripts_count_where_no_unit_replaces_them(make_host: MakeHost, tmp_path: Path) -> None:
    """An old daemon that only has an init script still starts."""
    script = {"content": "#!/bin/sh\n", "mode": "0755"}
    host = make_host(
        {
            "/etc/init.d/on": script,
            "/etc/init.d/off": script,
            "/etc/init.d/replaced": script,
            "/etc/init.d/masked": script,
            "/etc/init.d/README": "text",
            "/etc/rc5.d/S01on": link("../init.d/on"),
            "/etc/rc5.d/K01off": link("../init.d/off"),
            f"{LIB}/replaced.service": PLAIN,
            f"{ETC}/masked.service": link("/dev/null"),
            "/run/systemd/generator.late/on.service": "[Service]\nExecStart=/etc/init.d/on start\n",
        }
    )
    found = {name: unit.enablement for name, unit in facts_of(host).units.items()}
    assert found == {
        "on.service": "enabled",
        "off.service": "disabled",
        "replaced.service": "static",
        "masked.service": "masked",
    }
    installer = Path("/usr/lib/systemd/systemd-sysv-install")
    if installer.exists():
        for name in ("on", "off"):
            said = subprocess.run(
                [installer, f"--root={tmp_path / 'host'}", "is-enabled", name], check=False, capture_output=True
            )
            assert (said.returncode == 0) == (found[f"{name}.service"] == "enabled")


@pytest.mark.parametrize(
    ("files", "manager"),
    [
        pytest.param({"/etc/passwd": ""}, None, id="no unit at all"),
        pytest.param({f"{ETC}/a.service": PLAIN}, "systemd", id="units and no init"),
        pytest.param(
            {f"{ETC}/a.service": PLAIN, "/sbin/init": link("/lib/systemd/systemd"), "/lib/systemd/systemd": ""},
            "systemd",
            id="systemd as init",
        ),
        pytest.param({f"{LIB}/a.service": PLAIN, "/sbin/init": ""}, None, id="another init beside unit files"),
        pytest.param(
            {f"{LIB}/a.service": PLAIN, "/proc/1/comm": "tini\n"}, None, id="a container without an init system"
        ),
        pytest.param({"/run/systemd/system": {"dir": True}}, "systemd", id="booted"),
    ],
)
def test_the_manager_is_who_starts_services(make_host: MakeHost, files: Mapping[str, Any], manager: str | None) -> None:
    """Unit files in a container that no systemd runs start nothing."""
    assert facts_of(make_host(files)).manager == manager


def test_other_probes_ask_by_any_name(make_host: MakeHost) -> None:
    """`sshd.service` is `ssh.service` on one distribution and the other way round on the next."""
    host = make_host(
        {
            f"{LIB}/ssh.service": f"{PLAIN}[Install]\nWantedBy=multi-user.target\nAlias=sshd.service\n",
            f"{ETC}/sshd.service": link(f"{LIB}/ssh.service"),
            f"{LIB}/shipped.service": PLAIN,
            f"{LIB}/multi-user.target.wants/shipped.service": link("../shipped.service"),
            f"{LIB}/off.service": INSTALLABLE,
            f"{LIB}/off-too.service": link("off.service"),
        }
    )
    assert enablement(host, "sshd.service") == "alias"
    assert enablement(host, "gone.service") is None
    assert starts_at_boot(host, "sshd.service") is True
    assert starts_at_boot(host, "shipped.service") is True
    assert starts_at_boot(host, "off.service", "off-too.service", "gone.service") is False


def content_of(host: Host) -> str | Unknown | None:
    return only(host).content


@pytest.mark.parametrize(
    ("change", "is_news"),
    [
        pytest.param({f"{LIB}/a.service": f"# a remark\n\n{PLAIN}; another\n"}, False, id="a remark"),
        pytest.param({f"{LIB}/a.service": "[Service]\nExecStart=/usr/bin/d --more\n"}, True, id="an argument"),
        pytest.param({f"{LIB}/a.service": f"{PLAIN}Environment=LD_PRELOAD=/x\n"}, True, id="a key that we do not read"),
        pytest.param({f"{ETC}/a.service.d/x.conf": "[Service]\nExecStartPost=/x\n"}, True, id="a drop-in"),
        pytest.param({f"{ETC}/a.service.d/x.conf": "# nothing\n"}, False, id="a drop-in that says nothing"),
    ],
)
def test_a_units_content_has_another_name_when_it_says_something_else(
    make_host: MakeHost, change: Mapping[str, str], *, is_news: bool
) -> None:
    """A command that is changed in place keeps the unit's name, file and program."""
    before = content_of(make_host({f"{LIB}/a.service": PLAIN}))
    assert isinstance(before, str)
    assert (content_of(make_host(change)) != before) is is_news
