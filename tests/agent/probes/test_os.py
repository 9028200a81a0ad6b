import os as operating_system
import platform
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from rongdun_agent.container import container_kind, in_container
from rongdun_agent.host import Host
from rongdun_agent.probes import os
from rongdun_contract.documents import seal
from rongdun_contract.facts import Unknown
from tests.agent.conftest import MakeHost
from tests.agent.probes.test_services import SERVICES
from tests.lab.booted import booted
from tests.lab.missing import need_root
from tests.lab.roots import Root

OPENEULER = (
    'NAME="openEuler"\nVERSION="22.03 (LTS-SP4)"\nID="openEuler"\nVERSION_ID="22.03"\nPRETTY_NAME="openEuler 22.03"\n'
)
KTHREADD = {"/proc/1/comm": "systemd\n", "/proc/2/comm": "kthreadd\n"}


def test_an_openeuler_tree_imitated(make_host: MakeHost) -> None:
    host = make_host(
        {
            "/etc/os-release": {"symlink": "../usr/lib/os-release"},
            "/usr/lib/os-release": OPENEULER + 'ID_LIKE="rhel fedora"\n# a comment\nODD LINE\n',
            "/var/lib/rpm/rpmdb.sqlite": "",
            "/var/lib/dpkg/status": "",
            "/etc/pam.d/system-auth": "",
            "/sbin": {"symlink": "usr/sbin"},
            "/usr/sbin/init": {"symlink": "../lib/systemd/systemd"},
            "/usr/lib/systemd/systemd": "",
            "/etc/crypto-policies/state/current": "# made by a program\nDEFAULT\n",
            "/lib": {"symlink": "usr/lib"},
            "/usr/lib/ld-linux-aarch64.so.1": "",
            "/etc/localtime": {"symlink": "../usr/share/zoneinfo/Asia/Shanghai"},
        }
    )
    assert os.probe(host).facts.model_dump() == {
        "id": "openEuler",
        "id_like": ("rhel", "fedora"),
        "version_id": "22.03",
        "pretty_name": "openEuler 22.03",
        "architecture": "aarch64",
        "package_manager": "rpm",
        "pam_layout": "redhat",
        "init": "systemd",
        "crypto_policy": "DEFAULT",
        "container": False,
        "time_zone": "Asia/Shanghai",
    }


@pytest.mark.parametrize(
    ("line", "name"),
    [
        pytest.param('PRETTY_NAME="a \\"b\\" \\$c"', 'a "b" $c', id="escapes inside double quotes"),
        pytest.param("PRETTY_NAME='a \\b'", "a \\b", id="single quotes"),
        pytest.param("PRETTY_NAME=plain", "plain", id="no quotes"),
        pytest.param("PRETTY_NAME=银河麒麟", "银河麒麟", id="Chinese"),
        pytest.param('PRETTY_NAME="broken', None, id="an open quote"),
        pytest.param("PRETTY_NAME=", "", id="empty"),
    ],
)
def test_quoting_of_os_release(make_host: MakeHost, line: str, name: str | None) -> None:
    assert os.probe(make_host({"/etc/os-release": f"ID=x\n{line}\n"})).facts.pretty_name == name


def test_centos_6_has_no_os_release(make_host: MakeHost) -> None:
    probed = os.probe(make_host({"/etc/redhat-release": "CentOS release 6.10 (Final)\n"}))
    assert (probed.facts.id, probed.facts.version_id) == ("centos", "6.10")
    assert probed.sources["id"].where == "/etc/redhat-release"


@pytest.mark.parametrize(
    ("files", "zone"),
    [
        pytest.param({}, "UTC", id="nobody set one"),
        pytest.param(
            {"/etc/localtime": {"symlink": "/usr/share/zoneinfo/Asia/Urumqi"}}, "Asia/Urumqi", id="a dangling link"
        ),
        pytest.param({"/etc/localtime": "TZif2", "/etc/timezone": "Asia/Shanghai\n"}, "Asia/Shanghai", id="a copy"),
        pytest.param({"/etc/localtime": "TZif2"}, None, id="a copy without a name"),
    ],
)
def test_time_zones(make_host: MakeHost, files: Mapping[str, Any], zone: str | None) -> None:
    assert os.probe(make_host(files)).facts.time_zone == zone


@pytest.mark.parametrize(
    ("files", "contained", "kind"),
    [
        pytest.param({}, False, None, id="a tree that does not run"),
        pytest.param(KTHREADD, False, None, id="the kernel's threads are there"),
        pytest.param(KTHREADD | {"/.dockerenv": ""}, False, "docker", id="a machine made of a container's image"),
        pytest.param({"/.dockerenv": ""}, True, "docker", id="docker"),
        pytest.param({"/run/.containerenv": ""}, True, "podman", id="podman"),
        pytest.param({"/run/systemd/container": "lxc\n"}, True, "lxc", id="systemd says so"),
        pytest.param({"/proc/1/environ": "A=1\0container=oci\0"}, True, "oci", id="the manager said so to process 1"),
        pytest.param({"/proc/1/comm": "sh", "/proc/2/comm": "sleep"}, True, None, id="process 2 is a program"),
        pytest.param({"/proc/vz": {"dir": True}}, True, "openvz", id="openvz"),
    ],
)
def test_containers(make_host: MakeHost, *, files: Mapping[str, Any], contained: bool, kind: str | None) -> None:
    host = make_host(files)
    assert (in_container(host), container_kind(host)) == (contained, kind)


@pytest.mark.root
def test_a_namespace_of_process_numbers_is_a_container() -> None:
    need_root("a process namespace is made")
    imports = "from rongdun_agent.container import in_container; from rongdun_agent.host import Host; "
    program = imports + "print(in_container(Host()))"
    argv = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child", sys.executable, "-c", program]
    assert subprocess.run(argv, capture_output=True, text=True, check=True).stdout == "True\n"


@pytest.mark.slow
@pytest.mark.root
@pytest.mark.systemd
def test_a_booted_container_is_what_systemd_says(debian_root: Callable[..., Root]) -> None:
    with booted(debian_root("bookworm", *SERVICES)) as system:
        host = Host(root=system.root)
        says = system.run("systemd-detect-virt", "--container").stdout.strip()
        facts, kind = os.probe(host).facts, container_kind(host)
    assert (facts.init, facts.container, kind) == ("systemd", True, says)


def test_an_init_that_is_hidden_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    """With hidepid= the processes of others are absent from /proc; that must not read as "no init, a container"."""
    read = Host.read_text
    monkeypatch.setattr(
        Host, "read_text", lambda s, p, *a: None if p.startswith(("/proc/1/", "/proc/2/")) else read(s, p, *a)
    )
    assert os._init(Host()) == Unknown(unknown="no permission")
    assert in_container(Host()) in (Unknown(unknown="no permission"), True)


def test_this_host_is_what_it_says() -> None:
    facts = os.probe(Host()).facts
    release = platform.freedesktop_os_release()
    assert (facts.id, facts.version_id) == (release["ID"], release.get("VERSION_ID"))
    assert facts.architecture == operating_system.uname().machine
    assert facts.init == Path("/proc/1/comm").read_text().strip()


def test_two_runs_on_an_unchanged_host_agree() -> None:
    first, second = (os.probe(Host()) for _ in range(2))
    assert seal("os", first.facts, first.sources) == seal("os", second.facts, second.sources)


def test_the_crypto_policy_is_the_one_in_force(make_host) -> None:
    """The file that administrators edit changes nothing until update-crypto-policies has run."""
    files = {"/etc/crypto-policies/config": "FUTURE\n", "/etc/crypto-policies/state/current": "DEFAULT:SHA1\n"}
    assert os.probe(make_host({"/etc/passwd": ""})).facts.crypto_policy is None
    assert os.probe(make_host(files)).facts.crypto_policy == "DEFAULT:SHA1"
