"""A fleet to look at: trees that stand in for machines, read by the real agent, reported by real check-ins."""

from __future__ import annotations

import random
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rongdun_agent.host import Host
from rongdun_agent.survey import survey
from rongdun_collector.register_files import read_register
from rongdun_collector.store import register
from rongdun_contract.documents import Survey
from rongdun_contract.wire import Gap, Health, ProbeHealth
from tests.collector.agents import Agent, enrol
from tests.collector.conftest import make_token
from tests.collector.serving import Collector

SAMPLES = Path(__file__).parents[3] / "deploy" / "samples"
BASE = ("/etc", "/var/lib/dpkg/status", "/usr/lib/os-release", "/usr/lib/systemd/system")
SYSCTL = ("net/ipv4", "net/ipv6/conf/all", "net/ipv6/conf/default", "kernel", "fs", "vm")
PLACES = (
    ("政务云平台", "gov-cloud", 4),
    ("雪亮工程", "video", 3),
    ("e福州", "citizen", 3),
    ("水系联排联调系统", "water", 3),
    ("互联网+监管", "oversight", 2),
)
CARE = {"gov-cloud": 0.95, "citizen": 0.85, "video": 0.6, "water": 0.4, "oversight": 0.75}
"""How well each system is kept: the share of the good settings that its hosts have."""

SSH_HARD = """PermitRootLogin no
MaxAuthTries 4
LoginGraceTime 60
ClientAliveInterval 300
ClientAliveCountMax 3
X11Forwarding no
AllowGroups ops
Ciphers aes256-gcm@openssh.com,aes128-gcm@openssh.com
MACs hmac-sha2-512-etm@openssh.com,hmac-sha2-256-etm@openssh.com
HostKeyAlgorithms ssh-ed25519,rsa-sha2-512
"""
AUDIT_RULES = "-w /etc/passwd -p wa -k identity\n-w /etc/shadow -p wa -k identity\n-e 2\n"


def put(tree: Path, path: str, text: str, mode: int = 0o644) -> None:
    """Write a file of the tree."""
    at = tree / path.lstrip("/")
    at.parent.mkdir(parents=True, exist_ok=True)
    at.write_text(text)
    at.chmod(mode)


def drop_packages(tree: Path, *names: str) -> None:
    """Take packages out of the tree's dpkg status."""
    status = tree / "var/lib/dpkg/status"
    kept = [
        part
        for part in status.read_text().split("\n\n")
        if part.partition("\n")[0].removeprefix("Package: ") not in names
    ]
    status.write_text("\n\n".join(kept))


def add_packages(tree: Path, **versions: str) -> None:
    """Put packages into the tree's dpkg status."""
    with (tree / "var/lib/dpkg/status").open("a") as status:
        for name, version in versions.items():
            status.write(
                f"\nPackage: {name.replace('_', '-')}\nStatus: install ok installed\n"
                f"Architecture: amd64\nVersion: {version}\n"
            )


def base_tree(at: Path) -> Path:
    """Copy what probes read of this machine, with an SSH server added."""
    for path in BASE:
        (at / path[1:]).parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-a", path, at / path[1:]], check=True)
    put(at, "/usr/sbin/sshd", "", 0o755)
    put(
        at,
        "/etc/ssh/sshd_config",
        "Include /etc/ssh/sshd_config.d/*.conf\nUsePAM yes\nX11Forwarding yes\nPermitRootLogin yes\n",
    )
    put(at, "/etc/hostname", "host\n")
    add_packages(at, openssh_server="1:9.2p1-2+deb12u7")
    for part in SYSCTL:
        for source in sorted(Path("/proc/sys", part).rglob("*")):
            if source.is_file() and len(source.parts) < 9:
                try:
                    put(at, str(source), source.read_text())
                except OSError:
                    continue
    return at


def ssh_hard(tree: Path) -> None:
    put(tree, "/etc/ssh/sshd_config.d/10-hardening.conf", SSH_HARD)


def ssh_root_off(tree: Path) -> None:
    put(tree, "/etc/ssh/sshd_config.d/50-site.conf", "PermitRootLogin no\nX11Forwarding no\n")


def passwords_aged(tree: Path) -> None:
    defs = tree / "etc/login.defs"
    text = (
        defs.read_text()
        .replace("PASS_MAX_DAYS\t99999", "PASS_MAX_DAYS\t90")
        .replace("PASS_MIN_DAYS\t0", "PASS_MIN_DAYS\t1")
    )
    defs.write_text(text)


def plain_tools_gone(tree: Path) -> None:
    drop_packages(tree, "telnet", "inetutils-telnet", "ftp", "tnftp", "rsh-client", "nis", "rsync-daemon")


def compilers_gone(tree: Path) -> None:
    drop_packages(tree, "gcc", "g++", "gdb", "make", "strace", "build-essential", "tcpdump", "nmap")


def modules_barred(tree: Path) -> None:
    names = ("cramfs", "freevxfs", "jffs2", "hfs", "hfsplus", "udf", "usb-storage", "dccp", "sctp", "rds", "tipc")
    put(
        tree, "/etc/modprobe.d/barred.conf", "".join(f"install {name} /bin/false\nblacklist {name}\n" for name in names)
    )


def idle_shells_end(tree: Path) -> None:
    put(tree, "/etc/profile.d/timeout.sh", "readonly TMOUT=600\nexport TMOUT\n")


def lockout(tree: Path) -> None:
    common = tree / "etc/pam.d/common-auth"
    put(tree, "/etc/security/faillock.conf", "deny = 5\nunlock_time = 900\neven_deny_root\n")
    text = (
        "auth required pam_faillock.so preauth\n"
        + common.read_text()
        + "\nauth [default=die] pam_faillock.so authfail\n"
    )
    common.write_text(text)


def password_quality(tree: Path) -> None:
    common = tree / "etc/pam.d/common-password"
    quality = "password requisite pam_pwquality.so retry=3 minlen=12 minclass=3 enforce_for_root\n"
    history = "password required pam_pwhistory.so remember=5 enforce_for_root use_authtok\n"
    common.write_text(quality + history + common.read_text())


def audited(tree: Path) -> None:
    add_packages(tree, auditd="1:3.0.9-1", rsyslog="8.2302.0-1")
    put(tree, "/etc/audit/rules.d/audit.rules", AUDIT_RULES, 0o640)
    put(
        tree, "/etc/audit/auditd.conf", "log_file = /var/log/audit/audit.log\nmax_log_file = 64\nnum_logs = 12\n", 0o640
    )
    put(
        tree,
        "/etc/rsyslog.conf",
        "*.info;authpriv.none /var/log/syslog\nauthpriv.* /var/log/auth.log\n*.* @@log.example.gov.cn:6514\n",
    )


def one_time(tree: Path) -> None:
    add_packages(tree, chrony="4.3-2+deb12u1")
    put(tree, "/etc/chrony/chrony.conf", "server ntp1.example.gov.cn iburst\nserver ntp2.example.gov.cn iburst\n")
    zone = tree / "etc/localtime"
    zone.unlink(missing_ok=True)
    zone.symlink_to("/usr/share/zoneinfo/Asia/Shanghai")


def firewall(tree: Path) -> None:
    put(
        tree,
        "/etc/nftables.conf",
        "table inet filter {\n chain input { type filter hook input priority 0; policy drop;"
        " ct state established accept; tcp dport 22 accept }\n}\n",
        0o755,
    )


def kernel_set(tree: Path) -> None:
    wanted = {
        "net.ipv4.conf.all.accept_redirects": "0",
        "net.ipv4.conf.default.accept_redirects": "0",
        "net.ipv4.conf.all.send_redirects": "0",
        "net.ipv4.conf.default.send_redirects": "0",
        "net.ipv4.conf.all.log_martians": "1",
        "net.ipv4.conf.default.log_martians": "1",
        "net.ipv4.conf.all.rp_filter": "1",
        "net.ipv4.conf.default.rp_filter": "1",
        "net.ipv6.conf.all.accept_ra": "0",
        "net.ipv6.conf.all.accept_redirects": "0",
        "net.ipv6.conf.default.accept_redirects": "0",
        "kernel.kptr_restrict": "2",
        "kernel.dmesg_restrict": "1",
    }
    put(tree, "/etc/sysctl.d/60-hardening.conf", "".join(f"{name} = {value}\n" for name, value in wanted.items()))
    for name, value in wanted.items():
        put(tree, "/proc/sys/" + name.replace(".", "/"), f"{value}\n")


def forwarding(tree: Path) -> None:
    put(tree, "/etc/sysctl.d/99-router.conf", "net.ipv4.ip_forward = 1\n")
    put(tree, "/proc/sys/net/ipv4/ip_forward", "1\n")


def second_root(tree: Path) -> None:
    with (tree / "etc/passwd").open("a") as passwd, (tree / "etc/shadow").open("a") as shadow:
        passwd.write("toor:x:0:0::/root:/bin/bash\n")
        shadow.write("toor:$1$ab$cdefghijklmnopqrstuv.:20000:0:99999:7:::\n")


def empty_password(tree: Path) -> None:
    with (tree / "etc/passwd").open("a") as passwd, (tree / "etc/shadow").open("a") as shadow:
        passwd.write("backup2:x:1099:100::/home/backup2:/bin/sh\n")
        shadow.write("backup2::20000:0:99999:7:::\n")


GOOD: tuple[Callable[[Path], None], ...] = (
    ssh_hard,
    passwords_aged,
    plain_tools_gone,
    compilers_gone,
    modules_barred,
    idle_shells_end,
    lockout,
    password_quality,
    audited,
    one_time,
    firewall,
    kernel_set,
    ssh_root_off,
)
BAD: tuple[Callable[[Path], None], ...] = (forwarding, second_root, empty_password)


@dataclass
class Machine:
    """A host of the fleet: its tree, and its agent once it is enrolled."""

    name: str
    system: str
    tree: Path
    level_of_care: float
    agent: Agent = field(init=False)
    survey: Survey = field(init=False)

    def read(self) -> Survey:
        """Read the tree by the real probes."""
        self.survey, self.statuses = survey(Host(root=self.tree))
        return self.survey

    def health(self) -> Health:
        """Say how the probes fared; the file server's has one that fails."""
        probes = {one.name: ProbeHealth(seconds=round(one.seconds, 4), error=one.error) for one in self.statuses}
        if self.name.endswith("file-01"):
            probes["mounts"] = ProbeHealth(seconds=10.0, error="TookTooLong: /srv/share answered nothing for 10 s")
        return Health(
            agent="0.1.0",
            cycle_s=sum(one.seconds for one in self.statuses),
            cpu_s=0.24,
            peak_bytes=38_400_000,
            probes=probes,
        )


def make_machines(folder: Path, count: int) -> list[Machine]:
    """Trees of this many machines, the same ones each time."""
    chance = random.Random(22239)  # noqa: S311 - a picture, not a secret
    base = base_tree(folder / "base")
    names = [
        (f"{prefix}-{role}-{n:02}", system)
        for system, prefix, size in PLACES
        for role in ("app", "db", "file")
        for n in range(1, size)
    ]
    machines = []
    for name, system in names[:count]:
        tree = folder / name
        subprocess.run(["cp", "-a", base, tree], check=True)
        care = min(1.0, max(0.1, chance.gauss(CARE[name.rsplit("-", 2)[0]], 0.12)))
        put(tree, "/etc/hostname", f"{name}\n")
        put(tree, "/etc/machine-id", f"{chance.getrandbits(128):032x}\n", 0o444)
        for change in GOOD:
            if chance.random() < care:
                change(tree)
        for change in BAD:
            if chance.random() > care + 0.15:
                change(tree)
        machines.append(Machine(name, system, tree, care))
    shutil.rmtree(base)
    return machines


def bring_in_register(collector: Collector) -> None:
    """The sample register, so that hosts have units and systems."""
    reading = read_register([SAMPLES / "units.csv", SAMPLES / "systems.csv"], (), ())
    assert not reading.problems, reading.problems
    with collector.services.store.write() as connection:
        register.put_units(connection, reading.units)
        register.put_systems(connection, reading.systems)


def enrol_machine(collector: Collector, machine: Machine, **claims: object) -> None:
    """Enrol a machine where it belongs."""
    with collector.services.store.read() as connection:
        system = register.find_system(connection, machine.system)
    place = {} if system is None else {"system": system.id, "unit": system.unit}
    machine.agent = enrol(collector.client, make_token(collector, **place), hostname=machine.name, **claims)


def live(collector: Collector, machines: Sequence[Machine]) -> None:
    """Four days of the fleet: it is enrolled, hardened here and there, spoilt elsewhere; some hosts fall silent."""
    clock = collector.clock
    bring_in_register(collector)
    late, silent = machines[-2:], machines[3::9]
    for at, machine in enumerate(machines[:-2]):
        enrol_machine(
            collector,
            machine,
            machine_id=f"{at + 0xA11CE:032x}",
            macs=(f"52:54:00:10:00:{at:02x}",),
            dmi_uuid=f"4c4c4544-0042-4a10-8051-{at:012x}",
        )
        machine.agent.report(machine.read(), clock(), health=machine.health())
    _settle(collector, machines[:-2])
    clock.forward(days=2, hours=3)
    for machine in machines[1:-2:6]:
        ssh_root_off(machine.tree)
        passwords_aged(machine.tree)
    _report(collector, machines[:-2])
    clock.forward(hours=20)
    for machine in machines[:-2:5]:
        (machine.tree / "etc/ssh/sshd_config.d/10-hardening.conf").unlink(missing_ok=True)
        (machine.tree / "etc/ssh/sshd_config.d/50-site.conf").unlink(missing_ok=True)
        forwarding(machine.tree)
    for machine in machines[2:-2:7]:
        kernel_set(machine.tree)
        idle_shells_end(machine.tree)
    _report(collector, [machine for machine in machines[:-2] if machine not in silent])
    clock.forward(hours=1, minutes=40)
    for machine in late:
        enrol_machine(collector, machine)
        machine.agent.report(machine.read(), clock(), health=machine.health())
    clock.forward(minutes=30)
    gap = Gap(first=3, last=9, merged=7)
    machines[4].agent.report(machines[4].read(), clock(), health=machines[4].health(), gap=gap)
    _report(collector, [machine for machine in machines if machine not in silent])
    twin = Machine(machines[0].name, machines[0].system, machines[0].tree, 0.5)
    enrol_machine(collector, twin, machine_id=f"{0xA11CE:032x}", macs=("52:54:00:10:00:00",))
    twin.agent.report(twin.read(), clock(), health=twin.health())
    _settle(collector, [twin])


def _report(collector: Collector, machines: Sequence[Machine]) -> None:
    for machine in machines:
        machine.agent.report(machine.read(), collector.clock(), health=machine.health())
        collector.clock.forward(seconds=7)
    _settle(collector, machines)


def _settle(collector: Collector, machines: Sequence[Machine]) -> None:
    for machine in machines:
        collector.judged(machine.agent.host)
