import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from rongdun_agent.host import Host
from rongdun_agent.probes import protection
from rongdun_contract.documents import seal
from rongdun_contract.facts import Unknown
from rongdun_contract.facts.protection import Product
from tests.agent.conftest import MakeHost
from tests.agent.probes.test_packages import stanza
from tests.agent.probes.test_processes import proc
from tests.lab.rights import without_overrides
from tests.lab.roots import Root

STATUS = "/var/lib/dpkg/status"
NOT_LIVE = Unknown(unknown="not a live host")
NO_PERMISSION = Unknown(unknown="no permission")


def products(host: Host) -> dict[tuple[str, str], Product]:
    found = protection.probe(host).facts.products
    assert isinstance(found, tuple)
    return {(product.purpose, product.name): product for product in found}


def product(host: Host, name: str) -> Product:
    found = [one for (_, known), one in products(host).items() if known == name]
    assert found, name
    return found[0]


def script(commands: str) -> dict[str, str]:
    """What run-parts(8) runs: only what is executable."""
    return {"content": f"#!/bin/sh\n{commands}\n", "mode": "0755"}


def cvd(built: datetime) -> bytes:
    """The head of a ClamAV database."""
    head = f"ClamAV-VDB:07 Mar 2024 04-25 -0500:27205:2055555:90:{'a' * 32}:{'b' * 80}:raynman:{int(built.timestamp())}"
    return head.encode().ljust(512) + b"\x1f\x8b" * 300_000


def test_clamav_installed_running_and_fresh(make_host: MakeHost) -> None:
    unit = "/usr/lib/systemd/system/clamav-daemon.service"
    found = product(
        make_host(
            {
                STATUS: stanza("clamav-daemon", version="1.0.5+dfsg-1"),
                unit: "[Service]\nExecStart=/usr/sbin/clamd\n[Install]\nWantedBy=multi-user.target\n",
                "/etc/systemd/system/multi-user.target.wants/clamav-daemon.service": {"symlink": unit},
                "/var/lib/clamav/daily.cld": cvd(datetime(2024, 3, 7, 9, 25, tzinfo=UTC)),
                "/var/lib/clamav/main.cvd": cvd(datetime(2021, 9, 16, tzinfo=UTC)),
                **proc(1, "systemd", "/usr/lib/systemd/systemd"),
                **proc(77, "clamd", "/usr/sbin/clamd"),
            }
        ),
        "clamav",
    )
    assert (found.purpose, found.version) == ("anti-malware", "1.0.5+dfsg-1")
    assert (found.running, found.enabled, found.scheduled) == (True, True, False)
    assert found.data_updated_on == "2024-03-07"


def test_signatures_are_as_old_as_they_say_not_as_their_copy(make_host: MakeHost) -> None:
    """An offline mirror that stands still gives every host a new file each day."""
    host = make_host({"/usr/bin/clamscan": "", "/var/lib/clamav/daily.cvd": cvd(datetime(2020, 1, 1, tzinfo=UTC))})
    assert product(host, "clamav").data_updated_on == "2020-01-01"


def test_signatures_that_only_a_console_shows_are_unknown(make_host: MakeHost) -> None:
    """Absent would say that the product works without any."""
    found = product(make_host({"/opt/qaxsafe": {"dir": True}}), "qaxsafe")
    assert found.data_updated_on == Unknown(unknown="undecided")


def test_other_databases_are_dated_by_their_file(make_host: MakeHost) -> None:
    host = make_host({"/usr/bin/aide": "", "/var/lib/aide/aide.db": "db"})
    seconds = datetime(2024, 5, 6, 23, tzinfo=UTC).timestamp()
    os.utime(host.on_disk("/var/lib/aide/aide.db"), (seconds, seconds))
    assert product(host, "aide").data_updated_on == "2024-05-06"
    assert product(make_host({"/usr/bin/tripwire": ""}), "tripwire").data_updated_on is None


@pytest.mark.parametrize(
    ("files", "name", "purposes"),
    [
        pytest.param(
            {"/usr/local/aegis/aegis_client": {"dir": True}}, "aliyun-aegis", {"anti-malware", "host-ids"}, id="path"
        ),
        pytest.param({STATUS: stanza("wazuh-agent")}, "wazuh", {"host-ids", "file-integrity"}, id="package"),
        pytest.param({"/usr/local/bin/frpc": ""}, "frp", {"attack-tool"}, id="program outside packages"),
        pytest.param({"/opt/todesk": {"dir": True}}, "todesk", {"remote-help"}, id="remote help"),
        pytest.param({STATUS: stanza("gcc")}, "gcc", {"compiler"}, id="compiler"),
        pytest.param({"/usr/bin/restic": ""}, "restic", {"backup"}, id="backup"),
    ],
)
def test_how_products_are_recognised(
    make_host: MakeHost, files: Mapping[str, Any], name: str, purposes: set[str]
) -> None:
    assert {purpose for purpose, known in products(make_host(files)) if known == name} == purposes


def test_what_bans_addresses_detects_no_intrusion(make_host: MakeHost) -> None:
    host = make_host({STATUS: stanza("fail2ban"), "/usr/bin/fail2ban-server": ""})
    assert products(host) == {}


CRON = {"/usr/sbin/cron": ""}
AIDE = {"/usr/bin/aide": ""} | CRON


@pytest.mark.parametrize(
    ("files", "scheduled"),
    [
        pytest.param({}, False, id="nothing"),
        pytest.param({"/etc/cron.daily/aide": script("aide --check")}, True, id="the package's script"),
        pytest.param({"/etc/cron.d/x": "0 3 * * * root /usr/bin/aide --check\n"}, True, id="a line in cron.d"),
        pytest.param({"/etc/crontab": "# 0 3 * * * root aide --check\n"}, False, id="a comment"),
        pytest.param({"/etc/cron.d/x": "0 3 * * * root /usr/bin/laide\n"}, False, id="another program"),
        pytest.param({"/etc/cron.weekly/own": script("  /usr/sbin/aide -C")}, True, id="a script of one's own"),
        pytest.param(
            {"/etc/cron.daily/aide": "#!/bin/sh\naide --check\n"}, False, id="a script that is not executable"
        ),
        pytest.param(
            {"/etc/cron.daily/aide.dpkg-old": script("aide --check")}, False, id="a script that cron leaves out"
        ),
        pytest.param({"/etc/cron.d/x.bak": "0 3 * * * root /usr/bin/aide --check\n"}, False, id="a fragment left out"),
        pytest.param(
            {"/etc/cron.d/x": "0 3 * * * root aide --check"}, False, id="a table whose last line is not ended"
        ),
        pytest.param({"/etc/cron.d/aide": {"dir": True}}, False, id="a directory among the tables"),
        pytest.param({"/var/spool/cron/crontabs/root": "@daily aide -C\n"}, True, id="root's crontab, Debian"),
        pytest.param({"/var/spool/cron/root": "@daily aide -C\n"}, True, id="root's crontab, Red Hat"),
        pytest.param(
            {
                "/etc/systemd/system/nightly.timer": "[Timer]\nOnCalendar=daily\n[Install]\nWantedBy=timers.target\n",
                "/etc/systemd/system/nightly.service": "[Service]\nExecStart=/usr/bin/aide --check\n",
                "/etc/systemd/system/timers.target.wants/nightly.timer": {
                    "symlink": "/etc/systemd/system/nightly.timer"
                },
            },
            True,
            id="a timer of one's own",
        ),
        pytest.param(
            {
                "/etc/systemd/system/nightly.timer": "[Timer]\nOnCalendar=daily\n[Install]\nWantedBy=timers.target\n",
                "/etc/systemd/system/nightly.service": "[Service]\nExecStart=/usr/bin/aide --check\n",
            },
            False,
            id="a timer that nobody enabled",
        ),
    ],
)
def test_a_check_is_worth_what_its_schedule_is(
    make_host: MakeHost, *, files: Mapping[str, Any], scheduled: bool
) -> None:
    assert product(make_host(AIDE | dict(files)), "aide").scheduled is scheduled


def test_without_a_cron_nothing_runs_what_lies_in_its_directories(make_host: MakeHost) -> None:
    """Packages bring their scripts whether or not anybody is there to run them."""
    host = make_host({"/usr/bin/aide": "", "/etc/cron.daily/aide": script("aide --check")})
    assert product(host, "aide").scheduled is False


@pytest.mark.parametrize(("switch", "scheduled"), [('CRON_DAILY_RUN=""\n', False), ('CRON_DAILY_RUN="true"\n', True)])
def test_debian_brings_rkhunters_script_switched_off(make_host: MakeHost, *, switch: str, scheduled: bool) -> None:
    run = ". /etc/default/rkhunter\n/usr/bin/rkhunter --cronjob"
    files = {
        **CRON,
        "/usr/bin/rkhunter": "",
        "/etc/cron.daily/rkhunter": script(run),
        "/etc/default/rkhunter": f"# x\n{switch}",
    }
    assert product(make_host(files), "rkhunter").scheduled is scheduled


def test_a_crontab_that_is_closed_to_us_may_hold_the_check(make_host: MakeHost) -> None:
    closed = {"/var/spool/cron/crontabs/root": {"content": "@daily aide -C\n", "mode": "0000"}}
    host = make_host(AIDE | closed)
    with without_overrides():
        assert product(host, "aide").scheduled == NO_PERMISSION
    host = make_host({"/etc/cron.daily/aide": script("aide -C")})
    with without_overrides():
        assert product(host, "aide").scheduled is True


def test_a_dump_program_is_a_backup_only_when_something_runs_it(make_host: MakeHost) -> None:
    """Every PostgreSQL server has pg_dump; that alone has saved nobody's data."""
    host = make_host({"/usr/bin/pg_dump": ""})
    assert products(host) == {}
    host = make_host(CRON | {"/etc/cron.d/db": "0 1 * * * postgres pg_dump -Fc app > /backup/app\n"})
    assert product(host, "postgresql-dump").scheduled is True


def test_daemons_in_trees_and_in_containers(make_host: MakeHost) -> None:
    clamav = {"/usr/sbin/clamd": ""}
    assert product(make_host(clamav), "clamav").running == NOT_LIVE
    host = make_host(proc(1, "systemd", "/sbin/init") | proc(9, "clamd", "/usr/sbin/clamd", nspid="9\t1"))
    assert product(host, "clamav").running is False
    host = make_host({"/usr/sbin/tcpdump": ""})
    assert product(host, "tcpdump").running is None


def test_long_names_are_cut_by_the_kernel(make_host: MakeHost) -> None:
    host = make_host({"/opt/sophos-spl": {"dir": True}} | proc(1, "init") | proc(9, "sophos_manageme"))
    assert product(host, "sophos").running is True


def test_a_package_database_that_cannot_be_read_leaves_all_unknown(make_host: MakeHost) -> None:
    host = make_host({STATUS: {"content": stanza("clamav"), "mode": "0000"}, "/usr/bin/nmap": ""})
    with without_overrides():
        assert protection.probe(host).facts.products == NO_PERMISSION


@pytest.mark.slow
@pytest.mark.root
def test_what_debian_packages_set_up(debian_root: Callable[..., Root]) -> None:
    """The packages' own timers, scripts and switches, as they are after installation."""
    root = debian_root("bookworm", "aide", "aide-common", "chkrootkit", "clamav-daemon", "cron", "restic", "rkhunter")
    found = products(Host(root=root.path))
    assert found["file-integrity", "aide"].scheduled is True
    assert found["host-ids", "rkhunter"].scheduled is False
    assert found["host-ids", "chkrootkit"].scheduled is True
    assert found["anti-malware", "clamav"].enabled is True
    assert found["anti-malware", "clamav"].data_updated_on is None
    assert found["backup", "restic"].scheduled is False


def test_two_runs_on_an_unchanged_host_agree() -> None:
    first, second = (protection.probe(Host()) for _ in range(2))
    assert seal("protection", first.facts, first.sources) == seal("protection", second.facts, second.sources)
