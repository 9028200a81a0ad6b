"""What an attacker leaves reaches the collector within seconds, however it is put there."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

from tests.agent.watch.conftest import KEY, World

SOON_S = 4.0
BUTTER = "butter:x:0:0::/root:/bin/bash\n"
UNIT = "[Service]\nExecStart=/tmp/x\n[Install]\nWantedBy=multi-user.target\n"


def users(facts: dict[str, Any]) -> set[str]:
    return {user["name"] for user in facts["users"]}


def keys(facts: dict[str, Any], name: str) -> int:
    return sum(len(user.get("authorized_keys", ())) for user in facts["users"] if user["name"] == name)


def jobs(facts: dict[str, Any]) -> set[str]:
    return {job["file"] for job in facts["jobs"]}


def privileged(facts: dict[str, Any]) -> set[str]:
    return {each["path"] for each in facts.get("privileged", ())}


def hooks(facts: dict[str, Any]) -> set[str]:
    return {each["path"] for each in facts.get("hooks", ())}


def passwd(world: World) -> str:
    return (world.root / "etc/passwd").read_text()


def link_unit(world: World) -> None:
    world.put("/srv/x.service", UNIT)
    (world.root / "etc/systemd/system/linked.service").symlink_to("/srv/x.service")


def swap_directory(world: World) -> None:
    """Nothing is written below the directory that was watched: another one stands in its place."""
    world.put("/etc/cron.d.new/job", "* * * * * root /tmp/x\n")
    (world.root / "etc/cron.d").rename(world.root / "etc/cron.d.old")
    (world.root / "etc/cron.d.new").rename(world.root / "etc/cron.d")


def hardlinked(world: World) -> None:
    world.put("/srv/bash", "x", 0o4755)
    os.link(world.root / "srv/bash", world.root / "tmp/.b")


SIGNALS = [
    pytest.param(
        "accounts", lambda w: w.append("/etc/passwd", BUTTER), lambda f: "butter" in users(f), id="uid 0 appended"
    ),
    pytest.param(
        "accounts",
        lambda w: w.replace("/etc/passwd", passwd(w) + BUTTER),
        lambda f: "butter" in users(f),
        id="uid 0 by vipw",
    ),
    pytest.param(
        "accounts",
        lambda w: w.put("/home/ann/.ssh/authorized_keys", KEY),
        lambda f: keys(f, "ann"),
        id="first key, its directory new",
    ),
    pytest.param(
        "accounts",
        lambda w: w.put("/root/.ssh/authorized_keys2", KEY),
        lambda f: keys(f, "root"),
        id="key in the other file",
    ),
    pytest.param(
        "schedules",
        lambda w: w.put("/etc/cron.d/x", "* * * * * root /tmp/x\n"),
        lambda f: "/etc/cron.d/x" in jobs(f),
        id="cron.d made",
    ),
    pytest.param("schedules", swap_directory, lambda f: "/etc/cron.d/job" in jobs(f), id="cron.d replaced"),
    pytest.param(
        "schedules",
        lambda w: w.append("/etc/crontab", "* * * * * root /tmp/x\n"),
        lambda f: len(f["jobs"]) == 3,
        id="crontab",
    ),
    pytest.param(
        "schedules",
        lambda w: w.put("/var/spool/cron/crontabs/ann", "* * * * * /tmp/x\n"),
        lambda f: "/var/spool/cron/crontabs/ann" in jobs(f),
        id="user's crontab, its directory new",
    ),
    pytest.param(
        "services",
        lambda w: w.put("/etc/systemd/system/x.service", UNIT),
        lambda f: "x.service" in f["units"],
        id="unit",
    ),
    pytest.param(
        "services",
        lambda w: w.put("/run/systemd/system/x.service", UNIT),
        lambda f: "x.service" in f["units"],
        id="unit in /run, its directory new",
    ),
    pytest.param(
        "services",
        lambda w: w.put("/etc/systemd/system/web.service.d/x.conf", "[Service]\nExecStart=\nExecStart=/tmp/x\n"),
        lambda f: f["units"]["web.service"]["exec_start"] == ["/tmp/x"],
        id="drop-in of a unit",
    ),
    pytest.param("services", link_unit, lambda f: "linked.service" in f["units"], id="unit linked from elsewhere"),
    pytest.param(
        "sudo",
        lambda w: w.put("/etc/sudoers.d/x", "ann ALL=(ALL) NOPASSWD: ALL\n"),
        lambda f: len(f["grants"]) == 2,
        id="sudoers",
    ),
    pytest.param(
        "watched_files",
        lambda w: w.put("/tmp/sh", "x", 0o4755),
        lambda f: "/tmp/sh" in privileged(f),
        id="set-id file in /tmp",
    ),
    pytest.param("watched_files", hardlinked, lambda f: "/tmp/.b" in privileged(f), id="set-id file linked into /tmp"),
    pytest.param(
        "watched_files",
        lambda w: (w.root / "usr/bin/sudo").chmod(0o4755),
        lambda f: "/usr/bin/sudo" in privileged(f),
        id="set-id bit on a program",
    ),
    pytest.param(
        "watched_files",
        lambda w: w.put("/etc/ld.so.preload", "/tmp/x.so\n"),
        lambda f: "/etc/ld.so.preload" in hooks(f),
        id="preload",
    ),
    pytest.param(
        "watched_files",
        lambda w: w.put("/etc/profile.d/x.sh", "/tmp/x &\n"),
        lambda f: "/etc/profile.d/x.sh" in hooks(f),
        id="profile",
    ),
    pytest.param(
        "watched_files",
        lambda w: w.put("/home/ann/.config/systemd/user/x.service", UNIT),
        hooks,
        id="user's unit, its directories new",
    ),
]


@pytest.mark.parametrize(("section", "attack", "seen"), SIGNALS)
def test_it_is_told_within_seconds(
    drilled: World, section: str, attack: Callable[[World], None], seen: Callable[[dict[str, Any]], Any]
) -> None:
    assert not seen(drilled.collector.newest(section))
    attack(drilled)
    took = drilled.told(section, seen)
    assert took < SOON_S
    assert drilled.collector.heard[-1].check_in.drill is not None


def test_what_is_taken_away_is_told_too(drilled: World) -> None:
    """Disposal has a clock as well."""
    drilled.put("/etc/cron.d/x", "* * * * * root /tmp/x\n")
    drilled.told("schedules", lambda facts: "/etc/cron.d/x" in jobs(facts))
    (drilled.root / "etc/cron.d/x").unlink()
    assert drilled.told("schedules", lambda facts: "/etc/cron.d/x" not in jobs(facts)) < SOON_S


def test_an_account_that_comes_has_its_keys_watched(drilled: World) -> None:
    """Its home was nobody's concern when the watcher began."""
    drilled.append("/etc/passwd", "eve:x:1001:1001::/home/eve:/bin/bash\n")
    drilled.told("accounts", lambda facts: "eve" in users(facts))
    drilled.put("/home/eve/.ssh/authorized_keys", KEY)
    assert drilled.told("accounts", lambda facts: keys(facts, "eve")) < SOON_S


def test_a_file_behind_a_symlink_is_watched_where_it_lies(drilled: World) -> None:
    """Configuration management links /etc/crontab to its own store; nothing happens in /etc."""
    drilled.put("/srv/store/crontab", "# empty\n")
    (drilled.root / "etc/crontab").unlink()
    (drilled.root / "etc/crontab").symlink_to("/srv/store/crontab")
    drilled.told("schedules", lambda facts: "/etc/crontab" not in jobs(facts))
    drilled.append("/srv/store/crontab", "* * * * * root /tmp/x\n")
    assert drilled.told("schedules", lambda facts: "/etc/crontab" in jobs(facts)) < SOON_S
