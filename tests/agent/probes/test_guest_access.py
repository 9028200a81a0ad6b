"""What is given without proof is told by what the services would do, defaults and order of files included."""

from collections.abc import Mapping
from typing import Any

import pytest

from rongdun_agent.host import Host
from rongdun_agent.probes import guest_access
from rongdun_contract.documents import Source
from rongdun_contract.facts import Unknown
from rongdun_contract.facts.guest_access import GuestAccess
from tests.agent.conftest import MakeHost
from tests.lab.rights import without_overrides

UNDECIDED, REFUSED = Unknown(unknown="undecided"), Unknown(unknown="no permission")


def facts_of(host: Host) -> GuestAccess:
    facts = guest_access.probe(host).facts
    assert isinstance(facts, GuestAccess)
    return facts


def test_a_host_without_such_services_gives_nothing_away(make_host: MakeHost) -> None:
    """Left-over files of a service that is not there open nothing; exports alone are read by the kernel's server."""
    left = {"/etc/vsftpd.conf": "anonymous_enable=YES\n", "/etc/samba/smb.conf": "[x]\nguest ok = yes\n"}
    assert facts_of(make_host(left | {"/etc/snmp/snmpd.conf": "rocommunity public\n"})) == GuestAccess()


@pytest.mark.parametrize(
    ("files", "anonymous"),
    [
        pytest.param({}, True, id="no file: the built-in answer is yes"),
        pytest.param({"/etc/vsftpd.conf": "listen=YES\n"}, True, id="nothing said"),
        pytest.param({"/etc/vsftpd.conf": "anonymous_enable=NO\n"}, False, id="no"),
        pytest.param({"/etc/vsftpd.conf": "anonymous_enable=NO\nanonymous_enable=YES\n"}, True, id="the last line"),
        pytest.param({"/etc/vsftpd.conf": "#anonymous_enable=NO\n"}, True, id="a comment says nothing"),
        pytest.param({"/etc/vsftpd.conf": "anonymous_enable=0\n"}, False, id="in figures"),
        pytest.param({"/etc/vsftpd/vsftpd.conf": "anonymous_enable=no\n"}, False, id="Red Hat's place"),
        pytest.param(
            {"/etc/vsftpd/a.conf": "anonymous_enable=NO\n", "/etc/vsftpd/b.conf": "listen_port=2121\n"},
            True,
            id="one instance of two",
        ),
    ],
)
def test_vsftpd_lets_anybody_in_unless_it_is_told_not_to(
    make_host: MakeHost, files: Mapping[str, str], *, anonymous: bool
) -> None:
    facts = facts_of(make_host({"/usr/sbin/vsftpd": ""} | dict(files)))
    assert (facts.ftp_server, facts.anonymous_ftp) == ("vsftpd", anonymous)


def test_other_ftp_servers_are_not_judged(make_host: MakeHost) -> None:
    assert facts_of(make_host({"/usr/sbin/proftpd": ""})).anonymous_ftp == UNDECIDED


@pytest.mark.parametrize(
    ("text", "shares"),
    [
        pytest.param("[docs]\npath = /srv\n", (), id="closed by default"),
        pytest.param("[docs]\nguest ok = yes\n", ("docs",), id="open"),
        pytest.param("[docs]\n  Guest OK=True\n", ("docs",), id="letter case and blanks"),
        pytest.param("[docs]\nguestok = 1\n", ("docs",), id="no blank"),
        pytest.param("[docs]\npublic = yes\n", ("docs",), id="the other name"),
        pytest.param("[docs]\nguest ok = yes\nguest ok = no\n", (), id="taken back"),
        pytest.param("[docs]\nguest ok = yes\n[docs]\npublic = no\n", (), id="taken back in a second section"),
        pytest.param("[global]\nguest ok = yes\n[docs]\npath=/srv\n[own]\nguest ok = no\n", ("docs",), id="for all"),
        pytest.param("[docs]\n; guest ok = yes\n# guest ok = yes\n", (), id="comments"),
        pytest.param("[docs]\nguest \\\nok = yes\n", ("docs",), id="over two lines"),
        pytest.param("[docs]\nguest ok = yes\navailable = no\n", (), id="switched off"),
        pytest.param("[global]\ninclude = /etc/samba/%m.conf\n[docs]\npath=/srv\n", UNDECIDED, id="more elsewhere"),
        pytest.param("[docs]\nguest ok = yes\ninclude = /x\n", ("docs",), id="open, whatever is elsewhere"),
        pytest.param("[global]\nconfig backend = registry\n", UNDECIDED, id="in the registry"),
    ],
)
def test_shares_are_open_when_samba_would_let_guests_in(make_host: MakeHost, text: str, shares: Any) -> None:
    facts = facts_of(make_host({"/usr/sbin/smbd": "", "/etc/samba/smb.conf": text}))
    assert facts.guest_shares == shares


@pytest.mark.parametrize(
    ("line", "told"),
    [
        pytest.param("/srv *(ro)", [("/srv", "*", True, ("ro",))], id="everyone"),
        pytest.param("/srv (rw)", [("/srv", "*", True, ("rw",))], id="options without a name"),
        pytest.param("/srv", [("/srv", "*", True, ())], id="no client at all"),
        pytest.param("/srv 10.0.0.0/8(rw,sync)", [("/srv", "10.0.0.0/8", False, ("rw", "sync"))], id="a network"),
        pytest.param("/srv 0.0.0.0/0(ro)", [("/srv", "0.0.0.0/0", True, ("ro",))], id="the network of all"),
        pytest.param("/srv ::/0", [("/srv", "::/0", True, ())], id="the network of all, IPv6"),
        pytest.param(
            "/srv a(rw) (ro)",
            [("/srv", "a", False, ("rw",)), ("/srv", "*", True, ("ro",))],
            id="a blank before the brackets is for everyone",
        ),
        pytest.param('"/srv/my data" a', [("/srv/my data", "a", False, ())], id="a name with a blank"),
        pytest.param("/srv/my\\040data a", [("/srv/my data", "a", False, ())], id="a name with an octal number"),
        pytest.param(
            "/srv -ro,sync a b(rw)",
            [("/srv", "a", False, ("ro", "sync")), ("/srv", "b", False, ("ro", "sync", "rw"))],
            id="options for all that follow",
        ),
        pytest.param("/srv \\\n  *(rw)", [("/srv", "*", True, ("rw",))], id="over two lines"),
        pytest.param("# /srv *(rw)", [], id="a comment"),
        pytest.param("/srv *.example.com(rw)", [("/srv", "*.example.com", False, ("rw",))], id="a domain"),
    ],
)
def test_exports_are_read_as_exportfs_reads_them(make_host: MakeHost, line: str, told: list[Any]) -> None:
    facts = facts_of(make_host({"/etc/exports": f"{line}\n"}))
    assert not isinstance(facts.exports, Unknown)
    assert [(one.path, one.client, one.everyone, one.options) for one in facts.exports] == told


def test_exports_of_the_directory_count_by_their_ending(make_host: MakeHost) -> None:
    files = {"/etc/exports.d/a.exports": "/a *\n", "/etc/exports.d/b.conf": "/b *\n"}
    facts = facts_of(make_host(files))
    assert not isinstance(facts.exports, Unknown)
    assert [one.path for one in facts.exports] == ["/a"]


@pytest.mark.parametrize(
    ("files", "access"),
    [
        pytest.param({"/etc/snmp/snmpd.conf": "rocommunity public default\n"}, ["read"], id="to read"),
        pytest.param({"/etc/snmp/snmpd.conf": "RWCommunity6 secret\n"}, ["write"], id="to write, letter case"),
        pytest.param({"/etc/snmp/snmpd.conf": "com2sec notConfigUser default public\n"}, ["by group"], id="by group"),
        pytest.param({"/etc/snmp/snmpd.conf": "#rocommunity public\nrouser li\n"}, [], id="version 3 only"),
        pytest.param({"/etc/snmp/snmpd.conf": "rocommunity\n"}, [], id="nothing named"),
        pytest.param(
            {"/etc/snmp/snmpd.conf": "includeDir /etc/snmp/more\n", "/etc/snmp/more/a.conf": "rocommunity x\n"},
            ["read"],
            id="in a directory",
        ),
        pytest.param(
            {"/etc/snmp/snmpd.conf": "includeFile own.conf\n", "/etc/snmp/own.conf": "rwcommunity x\n"},
            ["write"],
            id="in a file beside it",
        ),
        pytest.param({"/etc/snmp/snmpd.conf": "includeFile snmpd.conf\n"}, [], id="round and round"),
        pytest.param({"/var/lib/snmp/snmpd.conf": "rocommunity x\n"}, ["read"], id="the daemon's own file"),
    ],
)
def test_communities_are_told_without_their_names(
    make_host: MakeHost, files: Mapping[str, str], access: list[str]
) -> None:
    facts = facts_of(make_host({"/usr/sbin/snmpd": ""} | dict(files)))
    assert not isinstance(facts.snmp_communities, Unknown)
    assert [one.access for one in facts.snmp_communities] == access
    assert not {"public", "secret"} & set(str(facts.model_dump()).replace("'", " ").split())


@pytest.mark.parametrize(
    ("files", "accounts"),
    [
        pytest.param({"/usr/sbin/lightdm": ""}, (), id="lightdm asks"),
        pytest.param(
            {"/usr/sbin/lightdm": "", "/etc/lightdm/lightdm.conf": "[Seat:*]\nautologin-user=kylin\n"},
            ("kylin",),
            id="lightdm",
        ),
        pytest.param(
            {
                "/usr/sbin/lightdm": "",
                "/usr/share/lightdm/lightdm.conf.d/50.conf": "[Seat:*]\nautologin-user=oem\n",
                "/etc/lightdm/lightdm.conf": "[Seat:*]\nautologin-user=\n",
            },
            (),
            id="lightdm, taken back",
        ),
        pytest.param(
            {"/usr/sbin/lightdm": "", "/etc/lightdm/lightdm.conf": "[Seat:*]\n#autologin-user=kylin\n"},
            (),
            id="a comment",
        ),
        pytest.param(
            {
                "/usr/sbin/gdm3": "",
                "/etc/gdm3/daemon.conf": "[daemon]\nAutomaticLoginEnable = true\nAutomaticLogin = li\n",
            },
            ("li",),
            id="gdm",
        ),
        pytest.param(
            {
                "/usr/sbin/gdm": "",
                "/etc/gdm/custom.conf": "[daemon]\nAutomaticLoginEnable=False\nAutomaticLogin=li\n",
            },
            (),
            id="gdm, named and not switched on",
        ),
        pytest.param(
            {"/usr/sbin/gdm": "", "/etc/gdm/custom.conf": "[daemon]\nTimedLoginEnable=1\nTimedLogin=li\n"},
            ("li",),
            id="gdm, after a while",
        ),
        pytest.param(
            {"/usr/bin/sddm": "", "/etc/sddm.conf.d/auto.conf": "[Autologin]\nUser=uos\n"}, ("uos",), id="sddm"
        ),
    ],
)
def test_a_desktop_that_asks_nobody_is_told(
    make_host: MakeHost, files: Mapping[str, str], accounts: tuple[str, ...]
) -> None:
    assert facts_of(make_host(files)).automatic_logins == accounts


def test_what_may_not_be_read_is_unknown_one_by_one(make_host: MakeHost) -> None:
    closed = {"content": "", "mode": "0000"}
    programs = ("/usr/sbin/vsftpd", "/usr/sbin/smbd", "/usr/sbin/snmpd", "/usr/sbin/lightdm")
    files = ("/etc/vsftpd.conf", "/etc/samba/smb.conf", "/etc/snmp/snmpd.conf", "/etc/lightdm/lightdm.conf")
    with without_overrides():
        facts = facts_of(make_host(dict.fromkeys(programs, "") | dict.fromkeys((*files, "/etc/exports"), closed)))
    told = (facts.anonymous_ftp, facts.guest_shares, facts.exports, facts.snmp_communities, facts.automatic_logins)
    assert told == (REFUSED,) * 5


def test_each_answer_names_its_line(make_host: MakeHost) -> None:
    host = make_host(
        {"/usr/sbin/smbd": "", "/etc/samba/smb.conf": "[docs]\nguest ok = yes\n", "/etc/exports": "/a *\n"}
    )
    sources = guest_access.probe(host).sources
    assert sources["guest_shares[0]"] == Source(where="/etc/samba/smb.conf:2")
    assert sources["exports[0]"] == Source(where="/etc/exports:1")
