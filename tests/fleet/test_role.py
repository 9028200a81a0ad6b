"""The Ansible role, read without a host: it is valid, documented, and writes settings that the agent understands."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from rongdun_agent.config import load_config
from rongdun_agent.discovery.settings import load_settings
from tests.fleet.controller import ANSIBLE, BIN

ROLE = ANSIBLE / "roles/rongdun_agent"
PAGE = ANSIBLE.parents[1] / "docs/operations/fleet.md"


def playbook(folder: Path, *words: str, ends: int = 0) -> str:
    """Run ansible-playbook on this machine alone and return what it printed."""
    env = {"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8", "ANSIBLE_HOME": str(folder / "home")}
    done = subprocess.run(
        [BIN / "ansible-playbook", *words], env=env, capture_output=True, text=True, check=False, timeout=240
    )
    assert done.returncode == ends, done.stdout + done.stderr
    return done.stdout + done.stderr


def read(path: str) -> Any:
    return yaml.safe_load((ROLE / path).read_text("utf-8"))


def test_playbook_and_inventory_are_well_formed(tmp_path: Path) -> None:
    inventory = ANSIBLE / "inventory.yml"
    playbook(tmp_path, "--syntax-check", "-i", str(inventory), str(ANSIBLE / "site.yml"))
    said = playbook(tmp_path, "--list-hosts", "-i", str(inventory), str(ANSIBLE / "site.yml"))
    assert "hosts (3)" in said


def test_each_variable_is_checked_has_a_default_and_is_documented() -> None:
    options = read("meta/argument_specs.yml")["argument_specs"]["main"]["options"]
    assert set(read("defaults/main.yml")) == set(options)
    page = PAGE.read_text("utf-8")
    assert [name for name in options if f"| `{name}` |" not in page] == []


@pytest.mark.parametrize("file", sorted(ROLE.glob("files/*.sh")), ids=lambda file: file.name)
def test_what_runs_on_hosts_is_plain_sh(file: Path) -> None:
    assert subprocess.run(["sh", "-n", file], check=False).returncode == 0


def test_the_look_says_all_that_the_role_reads() -> None:
    said = subprocess.run(["sh", ROLE / "files/look.sh"], capture_output=True, text=True, check=True).stdout
    keys = {line.removeprefix("rongdun_").partition("=")[0] for line in said.splitlines()}
    tasks = "".join(path.read_text("utf-8") for path in ROLE.glob("tasks/*.yml"))
    assert keys == {key for key in keys if f"rongdun_agent_host.{key}" in tasks}
    assert f"rongdun_architecture={os.uname().machine}" in said


def programs(folder: Path, **answers: int) -> Path:
    """Make a folder with the programs of a system whose package managers answer by these exit statuses."""
    folder.mkdir()
    for name in ("sh", "uname", "grep", "sed"):
        (folder / name).symlink_to(str(shutil.which(name)))
    for name, status in answers.items():
        (folder / name.replace("_", "-")).write_text(f"#!/bin/sh\nexit {status}\n")
        (folder / name.replace("_", "-")).chmod(0o755)
    return folder


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        pytest.param({"dpkg_query": 0}, "deb", id="a Debian"),
        pytest.param({"dpkg_query": 0, "rpm": 1}, "deb", id="a Debian with rpm as a tool"),
        pytest.param({"rpm": 0}, "rpm", id="an openEuler"),
        pytest.param({"dpkg_query": 1, "rpm": 0}, "rpm", id="an openEuler with dpkg as a tool"),
        pytest.param({}, "tar", id="neither"),
        pytest.param({"dpkg_query": 1, "rpm": 1}, "tar", id="both as tools"),
    ],
)
def test_the_kind_is_that_of_the_system_itself(tmp_path: Path, answers: dict[str, int], kind: str) -> None:
    """The other kind's tools are often there, to unpack something; what they install nobody would upgrade."""
    env = {"PATH": str(programs(tmp_path / "bin", **answers))}
    said = subprocess.run(["/bin/sh", ROLE / "files/look.sh"], env=env, capture_output=True, text=True, check=True)
    assert f"rongdun_kind={kind}\n" in said.stdout


BUILT = (
    *("rongdun-agent_0.1.0_amd64.deb", "rongdun-agent_0.1.0_arm64.deb", "rongdun-agent-discovery_0.1.0_all.deb"),
    *("rongdun-agent-0.1.0-1.x86_64.rpm", "rongdun-agent-0.1.0-1.aarch64.rpm"),
    *("rongdun-agent-discovery-0.1.0-1.noarch.rpm", "rongdun-agent-discovery-0.1.0-linux-any.tar.gz"),
    *("rongdun-agent-0.1.0-linux-x86_64.tar.gz", "rongdun-agent-0.1.0-linux-aarch64.tar.gz"),
    *("rongdun-agent-0.1.1-1.x86_64.rpm", "rongdun-agent-discovery_0.0.9_amd64.deb"),
)


@pytest.mark.parametrize(
    ("host", "said"),
    [
        pytest.param({"kind": "deb", "architecture": "x86_64"}, "rongdun-agent_0.1.0_amd64.deb", id="a Debian"),
        pytest.param({"kind": "deb", "architecture": "aarch64"}, "rongdun-agent_0.1.0_arm64.deb", id="a Debian on ARM"),
        pytest.param({"kind": "rpm", "architecture": "aarch64"}, "rongdun-agent-0.1.0-1.aarch64.rpm", id="a Kylin"),
        pytest.param({"kind": "tar", "architecture": "x86_64"}, "agent-0.1.0-linux-x86_64.tar.gz", id="another"),
        pytest.param({"kind": "rpm", "architecture": "x86_64"}, "say which by rongdun_agent_version", id="two fit"),
        pytest.param({"kind": "deb", "architecture": "loongarch64"}, "0 files of rongdun-agent fit", id="none fits"),
    ],
)
def test_the_file_is_the_one_for_kind_and_processor(tmp_path: Path, host: dict[str, str], said: str) -> None:
    for name in BUILT:
        (tmp_path / name).touch()
    one = {"ansible.builtin.include_role": {"name": str(ROLE), "tasks_from": "package.yml"}}
    shown = {"ansible.builtin.debug": {"msg": "takes {{ rongdun_agent_found[0] }}"}}
    play = {
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "vars": {
            "rongdun_agent_packages": str(tmp_path),
            "rongdun_agent_host": host,
            "rongdun_agent_package": "rongdun-agent",
            "rongdun_agent_installed": "",
        },
        "tasks": [one, shown],
    }
    (tmp_path / "play.yml").write_text(yaml.safe_dump([play]))
    ends = 0 if said in {name[-len(said) :] for name in BUILT} else 2
    printed = playbook(tmp_path, "--check", "-i", "localhost,", str(tmp_path / "play.yml"), ends=ends)
    assert said in " ".join(printed.split())
    assert ("rongdun-agent: none -> 0.1.0" in printed) == (ends == 0)


CASES: dict[str, dict[str, Any]] = {
    "nothing": {},
    "every kind of value": {
        "whole": 900,
        "broken": 2.5,
        "yes": True,
        "words": ["a", 'it\'s "quoted" \\ 榕盾 😀 <&>'],
        "none": [],
        "key.with a dot": "x",
    },
    "tables": {"a": 1, "drill": {"enabled": False, "deeper": {"b": "c"}}, "empty": {}},
    "tables in lists": {
        "top": 1,
        "segment": [
            {"interface": "eth0", "sweep": {"networks": ["192.0.2.0/24"], "exclude": ["192.0.2.250"]}},
            {"interface": "eth1", "inner": [{"x": 1}, {"x": 2, "y": {"z": 3}}]},
        ],
    },
}


PROPER: dict[str, dict[str, Any]] = {
    "agent": {"interval_s": 600, "drill": {"sections": ["accounts", "sudo"], "period_min_s": 5}},
    "discovery": {"frames_per_s": 100, "segment": [{"interface": "eth0", "sweep": {"networks": ["192.0.2.0/24"]}}]},
}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which the template has written each case."""
    folder = tmp_path_factory.mktemp("settings")
    cases = [{"name": name, "table": table} for name, table in (*CASES.items(), *PROPER.items())]
    template = {"src": str(ROLE / "templates/settings.toml.j2"), "dest": f"{folder}/{{{{ item.name }}}}.toml"}
    task = {
        "ansible.builtin.template": template,
        "vars": {"rongdun_agent_table": "{{ item.table }}"},
        "loop": "{{ cases }}",
    }
    play = {
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "vars": {"cases": cases, "ansible_python_interpreter": sys.executable},
        "tasks": [task],
    }
    (folder / "play.yml").write_text(yaml.safe_dump([play], allow_unicode=True))
    playbook(folder, "-i", "localhost,", str(folder / "play.yml"))
    return folder


@pytest.mark.parametrize("name", CASES)
def test_variables_become_the_same_settings(written: Path, name: str) -> None:
    assert tomllib.loads((written / f"{name}.toml").read_text("utf-8")) == CASES[name]


def test_the_agent_understands_them(written: Path) -> None:
    agent = load_config(written / "agent.toml")
    assert (agent.interval_s, agent.drill.sections, agent.drill.period_min_s) == (600, ("accounts", "sudo"), 5)
    discovery = load_settings(written / "discovery.toml")
    assert discovery.segment[0].sweep is not None
    assert [str(network) for network in discovery.segment[0].sweep.networks] == ["192.0.2.0/24"]
