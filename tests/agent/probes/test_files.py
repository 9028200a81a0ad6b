"""Permissions as the kernel will apply them: of the file at the end of a symlink, with access lists."""

import os
import struct
from collections.abc import Mapping
from pathlib import Path

import pytest

from rongdun_agent.host import Host
from rongdun_agent.probes import files
from rongdun_agent.rule_files import GROUPS, NAMED
from rongdun_contract.facts.files import File, Files
from rongdun_contract.facts.model import Unknown
from tests.agent.conftest import MakeHost
from tests.lab.rights import without_overrides

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="chown needs root")
REFUSED = Unknown(unknown="no permission")


def _facts(host: Host) -> Files:
    facts = files.probe(host).facts
    assert isinstance(facts, Files)
    return facts


def _group(facts: Files, name: str) -> Mapping[str, File | Unknown]:
    group = facts.groups[name]
    assert not isinstance(group, Unknown)
    return group


def test_an_absent_file_is_absent_and_groups_are_complete(make_host: MakeHost) -> None:
    """A rule over a group must be able to tell "no such files" from "never looked"."""
    facts = _facts(make_host({"/etc/passwd": {"content": "", "mode": "0644"}}))
    assert list(facts.named) == ["/etc/passwd"]
    assert set(facts.groups) == set(GROUPS)
    assert list(_group(facts, "account_files")) == ["/etc/passwd"]


@ROOT_ONLY
def test_owners_are_named_by_the_hosts_own_files(make_host: MakeHost) -> None:
    """The account of a number is the host's, not that of the machine that looks at its image."""
    facts = _facts(
        make_host(
            {
                "/etc/passwd": "root:x:0:0::/:/bin/sh\nkeeper:x:4242:4242::/:/bin/sh\n",
                "/etc/group": "shadow:x:4300:\n",
                "/etc/shadow": {"content": "", "mode": "4640", "owner": 4242, "group": 4300},
                "/etc/gshadow": {"content": "", "mode": "0600", "owner": 77, "group": 78},
            }
        )
    )
    assert facts.named["/etc/shadow"] == File(
        type="file", owner="keeper", group="shadow", uid=4242, gid=4300, mode=0o4640
    )
    assert facts.named["/etc/gshadow"] == File(type="file", owner="77", group="78", uid=77, gid=78, mode=0o600)


def test_a_symlink_shows_what_it_leads_to(make_host: MakeHost) -> None:
    """The mode of a symlink means nothing; an absolute one stays inside the tree."""
    facts = _facts(
        make_host(
            {
                "/etc/sysctl.conf": {"content": "", "mode": "0666"},
                "/etc/sysctl.d/99-sysctl.conf": {"symlink": "/etc/sysctl.conf"},
                "/etc/sysctl.d/50-gone.conf": {"symlink": "nowhere"},
                "/etc/cron.d": {"symlink": "/etc/real.d"},
                "/etc/real.d/job": {"content": "", "mode": "0604"},
            }
        )
    )
    link = _group(facts, "security_configs")["/etc/sysctl.d/99-sysctl.conf"]
    assert not isinstance(link, Unknown)
    assert (link.type, link.mode, link.target) == ("file", 0o666, "/etc/sysctl.conf")
    assert "/etc/sysctl.d/50-gone.conf" not in _group(facts, "security_configs")
    assert list(_group(facts, "cron_system_files")) == ["/etc/cron.d", "/etc/cron.d/job"]


def test_patterns_find_host_keys_but_not_their_public_halves(make_host: MakeHost) -> None:
    """A public key may be read by all, a private one by root alone: mixing them up makes both rules wrong."""
    facts = _facts(
        make_host(
            {f"/etc/ssh/ssh_host_{kind}": "" for kind in ("rsa_key", "rsa_key.pub", "ed25519_key", "ed25519_key.pub")}
        )
    )
    assert list(_group(facts, "ssh_host_private_keys")) == [
        "/etc/ssh/ssh_host_ed25519_key",
        "/etc/ssh/ssh_host_rsa_key",
    ]
    assert list(_group(facts, "ssh_host_public_keys")) == [
        "/etc/ssh/ssh_host_ed25519_key.pub",
        "/etc/ssh/ssh_host_rsa_key.pub",
    ]


def test_without_root_closed_directories_are_unknown(make_host: MakeHost) -> None:
    """Nobody can list /var/log/audit; that does not mean that there are no audit logs."""
    host = make_host(
        {
            "/var/log/audit/audit.log": "",
            "/var/log/audit": {"dir": True, "mode": "0000"},
            "/etc/ssl": {"dir": True, "mode": "0000"},
            "/etc/ssl/private": {"dir": True},
            "/etc/shadow": {"content": "", "mode": "0000"},
        }
    )
    with without_overrides():
        facts = _facts(host)
    assert facts.groups["audit_logs"] == REFUSED
    assert facts.named["/etc/ssl/private"] == REFUSED
    shadow = facts.named["/etc/shadow"]
    assert not isinstance(shadow, Unknown), "a file's mode can be told without opening it"
    assert shadow.mode == 0


def test_an_access_list_is_seen(make_host: MakeHost, tmp_path: Path) -> None:
    """The mode of a file with an access list shows the mask, not who else may read it."""
    host = make_host({"/etc/shadow": {"content": "", "mode": "0640"}, "/etc/passwd": ""})
    nobody = 65534
    rows = [(0x01, 6, -1), (0x02, 4, nobody), (0x04, 4, -1), (0x10, 4, -1), (0x20, 0, -1)]
    access = struct.pack("<I", 2) + b"".join(struct.pack("<HHi", tag, rights, who) for tag, rights, who in rows)
    try:
        os.setxattr(tmp_path / "host/etc/shadow", "system.posix_acl_access", access)
    except OSError:
        pytest.skip("the file system has no access lists")
    facts = _facts(host)
    shadow, passwd = facts.named["/etc/shadow"], facts.named["/etc/passwd"]
    assert not isinstance(shadow, Unknown)
    assert not isinstance(passwd, Unknown)
    assert (shadow.extended_acl, passwd.extended_acl) == (True, False)


def test_the_tables_name_absolute_paths_once() -> None:
    """A slip in the table would silently look at nothing."""
    assert all(path.startswith("/") for path in [*NAMED, *(path for group in GROUPS.values() for path in group)])
    assert len(set(NAMED)) == len(NAMED)
