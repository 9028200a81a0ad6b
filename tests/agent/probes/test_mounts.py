import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from rongdun_agent.host import Host
from rongdun_agent.probes import mounts
from rongdun_contract.documents import seal
from rongdun_contract.facts import Unknown
from rongdun_contract.facts.mounts import Mount
from tests.agent.conftest import MakeHost
from tests.lab.missing import need_program, need_root

TABLE = "/proc/1/mountinfo"
NOT_LIVE = Unknown(unknown="not a live host")
ROOT = "27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw,discard\n"


def points(host: Host) -> dict[str, Mount]:
    found = mounts.probe(host).facts.points
    assert isinstance(found, dict)
    return found


def test_live_options_are_those_of_the_mount_and_of_its_file_system(make_host: MakeHost) -> None:
    table = ROOT + "30 27 0:40 / /tmp rw,nosuid,nodev,relatime - tmpfs tmpfs ro,size=9k,inode64\n"
    found = points(make_host({TABLE: table}))
    assert (found["/tmp"].live, found["/tmp"].live_type) == (True, "tmpfs")
    assert found["/tmp"].live_options == ("nosuid", "nodev", "relatime", "ro", "size=9k", "inode64")
    assert found["/"].live_options == ("rw", "relatime", "discard")


def test_names_with_blanks_and_any_bytes(make_host: MakeHost) -> None:
    table = ROOT + "30 27 8:1 / /mnt/a\\040b\\134c rw - ext4 /dev/sda1 rw\n"
    found = points(make_host({TABLE: table, "/etc/fstab": "/dev/sda1\t/mnt/a\\040b\\134c/ ext4\n"}))
    assert list(found) == ["/", "/mnt/a b\\c"]
    assert found["/mnt/a b\\c"].fstab_options == ("defaults",)


@pytest.mark.parametrize(
    ("rows", "types"),
    [
        pytest.param(
            "30 27 8:1 / /a rw - ext4 /dev/sda1 rw\n31 30 0:9 / /a rw - tmpfs x rw\n",
            {"/": "ext4", "/a": "tmpfs"}, id="twice on one point: the upper one",
        ),
        pytest.param(
            "30 27 8:1 / /a/b rw - xfs /dev/sda1 rw\n31 27 0:9 / /a rw - tmpfs x rw\n",
            {"/": "ext4", "/a": "tmpfs"}, id="below a later mount: out of reach",
        ),
        pytest.param(
            "30 27 8:1 / /a rw - xfs d rw\n32 30 8:2 / /a/b/c rw - ext4 e rw\n31 30 0:9 / /a rw - tmpfs x rw\n",
            {"/": "ext4", "/a": "tmpfs"}, id="below a covered mount: out of reach",
        ),
        pytest.param(
            "30 27 8:1 / /a rw - xfs /dev/sda1 rw\n31 30 0:9 / /a/b rw - tmpfs x rw\n32 27 0:8 / /ab rw - tmpfs x rw\n",
            {"/": "ext4", "/a": "xfs", "/a/b": "tmpfs", "/ab": "tmpfs"}, id="below an earlier mount, and beside it",
        ),
        pytest.param(
            "30 27 0:5 / /proc rw - proc proc rw\n31 27 0:6 / /sys/fs/cgroup rw - cgroup2 c rw\n"
            "32 27 0:7 / /var/lib/docker/overlay2/x/merged rw - overlay overlay rw\n"
            "33 27 0:8 / /run/user/1000 rw - tmpfs t rw\n"
            "34 27 8:3 / /var/lib/docker rw - xfs /dev/sda3 rw\n35 27 7:0 / /snap/core/1 ro - squashfs /dev/loop0 ro\n",
            {"/": "ext4", "/var/lib/docker": "xfs"}, id="not the host's own",
        ),
        pytest.param("30 27 8:1 /srv /data ro - ext4 d rw\n", {"/": "ext4", "/data": "ext4"}, id="a bind mount"),
    ],
)  # fmt: skip
def test_only_what_a_path_leads_to(make_host: MakeHost, rows: str, types: Mapping[str, str]) -> None:
    found = points(make_host({TABLE: ROOT + rows}))
    assert {target: point.live_type for target, point in found.items()} == types


FSTAB = """\
# <file system> <mount point> <type> <options>
UUID=1 / ext4 errors=remount-ro 0 1

   # indented
/dev/sdb1 /data xfs defaults,nodev
//nas/x /nas cifs credentials=/etc/c,password=geheim,vers=3 0 0
nas:/y /nfs nfs4 ro
none swap swap sw 0 0
tmpfs /tmp tmpfs mode=1777,nosuid
lonely
"""


def test_fstab_against_the_live_table(make_host: MakeHost) -> None:
    probed = mounts.probe(make_host({TABLE: ROOT, "/etc/fstab": FSTAB}))
    found = probed.facts.points
    assert list(found) == ["/", "/data", "/nas", "/nfs", "/tmp"]
    assert (found["/tmp"].live, found["/tmp"].in_fstab, found["/tmp"].fstab_type) == (False, True, "tmpfs")
    assert found["/tmp"].fstab_options == ("mode=1777", "nosuid")
    assert {target for target, point in found.items() if point.network} == {"/nas", "/nfs"}
    assert probed.sources['points["/tmp"]'].where == "/etc/fstab:9"
    assert probed.sources['points["/"]'].where == TABLE
    assert probed.sources['points["/"].fstab_options'].where == "/etc/fstab:2"


def test_passwords_in_fstab_stay_there(make_host: MakeHost) -> None:
    facts = mounts.probe(make_host({TABLE: ROOT, "/etc/fstab": FSTAB})).facts
    assert facts.points["/nas"].fstab_options == ("credentials=/etc/c", "password", "vers=3")
    assert "geheim" not in facts.model_dump_json()


def test_a_comment_in_fstab_changes_no_fact(make_host: MakeHost) -> None:
    before = mounts.probe(make_host({TABLE: ROOT, "/etc/fstab": FSTAB}))
    after = mounts.probe(make_host({"/etc/fstab": f"# new\n{FSTAB}"}))
    assert before.facts == after.facts
    assert before.sources != after.sources


def test_a_tree_knows_what_will_be_mounted_and_not_what_is(make_host: MakeHost) -> None:
    facts = mounts.probe(make_host({"/etc/fstab": FSTAB})).facts
    assert facts.points["/data"].live == facts.swap == facts.live_known == NOT_LIVE
    assert facts.points["/data"].fstab_options == ("defaults", "nodev")


def test_a_hidden_process_1_leaves_a_running_hosts_mounts_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    lines, link = Host.lines, Host.readlink
    monkeypatch.setattr(Host, "lines", lambda s, p: () if p == TABLE else lines(s, p))
    monkeypatch.setattr(Host, "readlink", lambda s, p: "mnt:[4026532999]" if p.endswith("self/ns/mnt") else link(s, p))
    facts = mounts.probe(Host()).facts
    assert {facts.points, facts.live_known} == {Unknown(unknown="no permission")}
    monkeypatch.setattr(Host, "readlink", lambda s, p: "mnt:[4026531840]" if p.endswith("self/ns/mnt") else link(s, p))
    probed = mounts.probe(Host())
    assert probed.facts.live_known is True
    assert probed.sources['points["/"]'].where == "/proc/self/mountinfo"


CRYPT = "CRYPT-LUKS2-0a-root\n"


@pytest.mark.parametrize(
    ("row", "files", "encrypted"),
    [
        pytest.param("253:0 / / rw - ext4 /dev/mapper/root rw", {"253:0/dm/uuid": CRYPT}, True, id="dm-crypt"),
        pytest.param("8:1 / / rw - ext4 /dev/sda1 rw", {"8:1/dev": ""}, False, id="a partition"),
        pytest.param(
            "253:1 / / rw - xfs /dev/mapper/v rw",
            {"253:1/dm/uuid": "LVM-x", "253:1/slaves/dm-0": {"symlink": "../../253:0"}, "253:0/dm/uuid": CRYPT},
            True, id="a volume on dm-crypt",
        ),
        pytest.param(
            "253:1 / / rw - xfs /dev/mapper/v rw",
            {"253:1/slaves/dm-0": {"symlink": "../../253:0"}, "253:0/dm/uuid": CRYPT,
             "253:1/slaves/sdb": {"symlink": "../../8:16"}, "8:16/dev": ""},
            False, id="a volume half on dm-crypt",
        ),
        pytest.param("0:30 / / rw - tmpfs tmpfs rw", {}, None, id="no device"),
        pytest.param("0:30 / / rw - btrfs /dev/dm-0 rw", {"../../class/block/dm-0/dm/uuid": CRYPT}, True, id="btrfs"),
        pytest.param("8:1 / / rw - ext4 /dev/sda1 rw", {}, Unknown(unknown="undecided"), id="no sysfs"),
    ],
)  # fmt: skip
def test_encrypted_devices(make_host: MakeHost, row: str, files: Mapping[str, Any], encrypted: object) -> None:
    sysfs = {f"/sys/dev/block/{path}".replace("/dev/block/../..", ""): value for path, value in files.items()}
    assert points(make_host({TABLE: f"27 1 {row}\n", **sysfs}))["/"].encrypted == encrypted


@pytest.mark.parametrize(
    ("areas", "encrypted"),
    [
        pytest.param([], None, id="no swap"),
        pytest.param(["/dev/dm-0"], True, id="dm-crypt"),
        pytest.param(["/dev/zram0"], True, id="stays in memory"),
        pytest.param(["/dev/dm-0", "/dev/sda2"], False, id="one open partition"),
        pytest.param(["/swap\\040file"], False, id="a file on an open file system"),
    ],
)
def test_swap(make_host: MakeHost, areas: list[str], encrypted: object) -> None:
    swaps = "Filename\t\tType\tSize\n" + "".join(f"{area} partition 1 0 -2\n" for area in areas)
    sysfs = {"/sys/class/block/dm-0/dm/uuid": CRYPT, "/sys/class/block/sda2/dev": "", "/sys/dev/block/254:0/dev": ""}
    facts = mounts.probe(make_host({TABLE: ROOT, "/proc/swaps": swaps, **sysfs})).facts
    assert facts.swap == tuple(sorted(area.replace("\\040", " ") for area in areas))
    assert facts.swap_encrypted == encrypted


SCRIPT = """
set -e
mount -t tmpfs -o nosuid,nodev,size=1m one "$1"; mkdir "$1/with blank" "$1/a" "$1/a/b"
mount -t tmpfs -o noexec,size=1m two "$1/with blank"
mount -t tmpfs -o size=1m hidden "$1/a/b"; mount -t tmpfs -o ro,size=1m over "$1/a"
mount --bind "$1/with blank" /mnt; mount -o remount,bind,ro,noatime /mnt
"$2" -c "$3"; echo; findmnt -J --list -o TARGET,FSTYPE,OPTIONS
"""


@pytest.mark.root
def test_live_mounts_are_those_of_findmnt(tmp_path: Any) -> None:
    need_root("file systems are mounted in a namespace")
    need_program("findmnt", "util-linux")
    program = (
        "from rongdun_agent.probes import mounts; from rongdun_agent.host import Host; "
        "print(mounts.probe(Host()).facts.model_dump_json(), end='')"
    )
    argv = ["unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--mount-proc", "--kill-child"]
    argv += ["sh", "-c", SCRIPT, "sh", str(tmp_path), sys.executable, program]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    ours, theirs = done.stdout.split("\n", 1)
    found = {t: (p["live_type"], set(p["live_options"])) for t, p in json.loads(ours)["points"].items() if p["live"]}
    last = {m["target"]: (m["fstype"], set(m["options"].split(","))) for m in json.loads(theirs)["filesystems"]}
    assert found.keys() <= last.keys()
    assert found == {target: last[target] for target in found}
    ours_below = {target for target in found if target.startswith((str(tmp_path), "/mnt"))}
    assert {str(tmp_path), f"{tmp_path}/with blank", f"{tmp_path}/a", "/mnt"} <= ours_below
    assert f"{tmp_path}/a/b" not in found


def test_fstab_is_read_as_findmnt_reads_it(make_host: MakeHost) -> None:
    need_program("findmnt", "util-linux")
    host = make_host({TABLE: ROOT, "/etc/fstab": FSTAB.replace("lonely\n", "")})
    argv = [
        "findmnt",
        "--fstab",
        "--tab-file",
        str(host.on_disk("/etc/fstab")),
        "-J",
        "--list",
        "-o",
        "TARGET,FSTYPE,OPTIONS",
    ]
    listed = json.loads(subprocess.run(argv, capture_output=True, text=True, check=True).stdout)["filesystems"]
    theirs = {m["target"]: (m["fstype"], m["options"].replace("=geheim", "")) for m in listed if m["fstype"] != "swap"}
    assert {t: (p.fstab_type, ",".join(p.fstab_options)) for t, p in points(host).items()} == theirs


def test_two_runs_on_an_unchanged_host_agree() -> None:
    first, second = (mounts.probe(Host()) for _ in range(2))
    assert seal("mounts", first.facts, first.sources) == seal("mounts", second.facts, second.sources)
