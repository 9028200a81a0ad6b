"""What a stranger's packet meets: rule sets loaded by the real tools in a namespace, tried by real connections."""

import shutil
import socket
import subprocess
from collections.abc import Iterator

import pytest

from rongdun_agent.host import Host
from rongdun_agent.packet_filter import judge, read_iptables, read_nft
from rongdun_agent.probes import firewall
from rongdun_contract.facts import Unknown
from rongdun_contract.facts.firewall import Family, Firewall
from tests.lab.missing import need_program
from tests.lab.namespaces import named_namespace, network_namespace

pytestmark = pytest.mark.root

INPUT = "table inet filter {{ chain input {{ type filter hook input priority 0; policy {policy}; {rules}; }} }}"
GOOD = "ct state established,related accept; iif lo accept; tcp dport 22 accept"


@pytest.fixture
def peer() -> Iterator[str]:
    """Another machine on the wire; this test is 10.9.0.1, the peer 10.9.0.2."""
    with network_namespace(), named_namespace() as name:
        need_program("nft", "nftables")
        run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", name)
        for command in (("addr", "add", "10.9.0.1/24", "dev", "eth0"), ("link", "set", "eth0", "up")):
            run("ip", *command)
        run("ip", "-n", name, "addr", "add", "10.9.0.2/24", "dev", "eth0")
        run("ip", "-n", name, "link", "set", "eth0", "up")
        yield name


def nft(rules: str) -> None:
    """Replace all rules."""
    run("nft", "-f", "-", text=f"flush ruleset\n{rules}\n")


def run(*command: str, text: str | None = None) -> str:
    return subprocess.run(command, input=text, text=True, check=True, capture_output=True, timeout=20).stdout


def load(rules: str) -> Family:
    lines = (
        rules.replace("; ", "\n").replace("} }", "}\n}").replace("} chain", "}\nchain").replace("}table", "}\ntable")
    )
    run("nft", "-f", "-", text=f"flush ruleset\n{lines}\n")
    return ipv4_of(firewall.probe(Host()).facts)


def ipv4_of(facts: object) -> Family:
    assert isinstance(facts, Firewall)
    assert isinstance(facts.ipv4, Family), facts.ipv4
    return facts.ipv4


def stranger_gets_in(peer: str) -> bool:
    """Whether a connection from the peer reaches a port that no rule names."""
    with socket.create_server(("10.9.0.1", 0)) as server:
        server.settimeout(1.5)
        port = str(server.getsockname()[1])
        code = "import socket,sys; socket.create_connection(('10.9.0.1', int(sys.argv[1])), 1).close()"
        command = ["ip", "netns", "exec", peer, "python3", "-c", code, port]
        return subprocess.run(command, check=False, capture_output=True, timeout=20).returncode == 0


@pytest.mark.parametrize(
    ("rules", "default"),
    [
        pytest.param("", "accept", id="nothing is loaded"),
        pytest.param(INPUT.format(policy="drop", rules=GOOD), "drop", id="policy drop"),
        pytest.param(INPUT.format(policy="accept", rules=GOOD), "accept", id="policy accept"),
        pytest.param(INPUT.format(policy="accept", rules=GOOD + "; drop"), "drop", id="unconditional last drop"),
        pytest.param(INPUT.format(policy="accept", rules=GOOD + "; counter log reject"), "reject", id="last reject"),
        pytest.param(INPUT.format(policy="drop", rules=GOOD + "; accept"), "accept", id="last rule accepts all"),
        pytest.param(INPUT.format(policy="drop", rules="ip saddr 0.0.0.0/0 accept"), "accept", id="from everywhere"),
        pytest.param(INPUT.format(policy="drop", rules="meta l4proto tcp accept"), "accept", id="all of TCP"),
        pytest.param(INPUT.format(policy="drop", rules="tcp dport 0-65535 accept"), "accept", id="every port"),
        pytest.param(INPUT.format(policy="drop", rules="ct state new accept"), "accept", id="every new connection"),
        pytest.param(INPUT.format(policy="drop", rules="ip saddr 10.8.0.0/16 accept"), "drop", id="from one network"),
        pytest.param(INPUT.format(policy="drop", rules="iif != lo accept"), "accept", id="from all but loopback"),
        pytest.param(
            "table ip t { chain other { accept; } "
            "chain i { type filter hook input priority 0; policy drop; jump other; } }",
            "accept",
            id="another chain accepts",
        ),
        pytest.param(
            "table ip t { chain other { return; accept; } "
            "chain i { type filter hook input priority 0; policy drop; jump other; } }",
            "drop",
            id="another chain returns",
        ),
        pytest.param(
            "table ip a { chain i { type filter hook input priority 0; policy accept; } }"
            "table ip b { chain i { type filter hook input priority 10; policy drop; } }",
            "drop",
            id="the second of two chains drops",
        ),
        pytest.param(
            "table ip a { chain i { type filter hook input priority -10; policy accept; accept; } }"
            "table ip b { chain i { type filter hook input priority 10; policy drop; } }",
            "drop",
            id="accepted by the first, dropped by the second",
        ),
        pytest.param(
            "table ip a { chain i { type filter hook output priority 0; policy drop; ct state established accept; } }",
            "accept",
            id="only the output is filtered",
        ),
        pytest.param(
            INPUT.format(policy="drop", rules="ct state vmap { established : accept, new : accept }"),
            "accept",
            id="a verdict map accepts new ones",
        ),
        pytest.param(
            INPUT.format(policy="drop", rules="ct state vmap { established : accept, invalid : drop }"),
            "drop",
            id="a verdict map accepts old ones",
        ),
    ],
)
def test_the_default_is_what_a_stranger_meets(peer: str, rules: str, default: str) -> None:
    """The answer comes from a real connection; drop and reject both keep it out."""
    assert load(rules).default == default
    assert stranger_gets_in(peer) is (default == "accept")


@pytest.mark.usefixtures("peer")
def test_what_is_open_on_purpose_is_told() -> None:
    found = load(INPUT.format(policy="drop", rules=GOOD + "; udp dport { 53, 100-200 } accept; tcp dport 99 drop"))
    assert found == Family(
        filtered=True,
        default="drop",
        established_accepted=True,
        loopback_accepted=True,
        any_accepted=False,
        open_ports=("tcp/22", "udp/100-200", "udp/53"),
    )


@pytest.mark.usefixtures("peer")
def test_a_whole_interface_that_is_accepted_is_left_open_not_passed() -> None:
    """If eth0 is the only way in, this accepts everyone; which it is, rules cannot tell."""
    found = load(INPUT.format(policy="drop", rules='iifname "eth0" accept'))
    assert found.any_accepted == Unknown(unknown="undecided")


@pytest.mark.usefixtures("peer")
def test_the_second_family_is_judged_on_its_own() -> None:
    load("table ip t { chain i { type filter hook input priority 0; policy drop; } }")
    facts = firewall.probe(Host()).facts
    assert isinstance(facts, Firewall)
    assert facts.ipv6 == Family()


@pytest.mark.usefixtures("peer")
@pytest.mark.skipif(shutil.which("iptables-nft") is None, reason="needs iptables")
def test_rules_written_by_iptables_are_read_by_iptables() -> None:
    for rule in (
        "-P INPUT DROP",
        "-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
        "-A INPUT -i lo -j ACCEPT",
        "-A INPUT -p tcp -m multiport --dports 22,443 -m comment --comment jump -j ACCEPT",
    ):
        run("iptables-nft", *rule.split())
    found = ipv4_of(firewall.probe(Host()).facts)
    assert (found.default, found.open_ports, found.any_accepted) == ("drop", ("tcp/22", "tcp/443"), False)
    assert found.established_accepted is True


FIREWALLD = """
table inet firewalld {
    chain filter_INPUT {
        type filter hook input priority filter + 10; policy accept;
        ct state { established, related } accept
        ct status dnat accept
        iifname "lo" accept
        ct state invalid drop
        jump filter_INPUT_ZONES
        reject with icmpx admin-prohibited
    }
    chain filter_INPUT_ZONES {
        iifname "eth9" goto filter_IN_trusted
        goto filter_IN_public
    }
    chain filter_IN_public {
        jump filter_IN_public_deny
        jump filter_IN_public_allow
        meta l4proto { icmp, ipv6-icmp } accept
        TARGET
    }
    chain filter_IN_public_deny { }
    chain filter_IN_public_allow {
        tcp dport 22 accept
        ip6 daddr fe80::/64 udp dport 546 accept
        tcp dport 9090 accept
    }
    chain filter_IN_trusted {
        accept
    }
}
"""


@pytest.mark.parametrize(
    ("target", "default"),
    [("reject with icmpx admin-prohibited", "reject"), ("", "reject"), ("drop", "drop"), ("accept", "accept")],
)
def test_firewallds_zones_are_followed(peer: str, target: str, default: str) -> None:
    """Zones, gotos and chains within chains: the shape that every host of Red Hat's relatives has."""
    nft(FIREWALLD.replace("TARGET", target))
    found = ipv4_of(firewall.probe(Host()).facts)
    assert found.default == default
    assert stranger_gets_in(peer) is (default == "accept")
    assert found.established_accepted is found.loopback_accepted is True
    assert {"tcp/22", "tcp/9090"} <= set(found.open_ports if isinstance(found.open_ports, tuple) else ())


UFW = """*filter
:INPUT {policy} [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:ufw-before-input - [0:0]
:ufw-not-local - [0:0]
:ufw-user-input - [0:0]
:ufw-after-input - [0:0]
-A INPUT -j ufw-before-input
-A INPUT -j ufw-after-input
-A ufw-before-input -i lo -j ACCEPT
-A ufw-before-input -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A ufw-before-input -m conntrack --ctstate INVALID -j DROP
-A ufw-before-input -p icmp -m icmp --icmp-type 8 -j ACCEPT
-A ufw-before-input -p udp -m udp --sport 67 --dport 68 -j ACCEPT
-A ufw-before-input -j ufw-not-local
-A ufw-before-input -d 224.0.0.251/32 -p udp -m udp --dport 5353 -j ACCEPT
-A ufw-before-input -j ufw-user-input
-A ufw-not-local -m addrtype --dst-type LOCAL -j RETURN
-A ufw-not-local -m addrtype --dst-type MULTICAST -j RETURN
-A ufw-not-local -m addrtype --dst-type BROADCAST -j RETURN
-A ufw-not-local -j DROP
-A ufw-user-input -p tcp -m tcp --dport 22 -j ACCEPT
-A ufw-user-input -s 10.1.0.0/16 -p tcp -m tcp --dport 5432 -j ACCEPT
-A ufw-after-input -p udp -m udp --dport 137 -j DROP
COMMIT
"""


@pytest.mark.skipif(shutil.which("iptables-nft-restore") is None, reason="needs iptables")
@pytest.mark.parametrize(("policy", "default"), [("DROP", "drop"), ("ACCEPT", "accept")])
def test_ufws_chains_are_followed(peer: str, policy: str, default: str) -> None:
    """What is not for this machine is dropped early; a stranger's packet is for this machine."""
    run("iptables-nft-restore", text=UFW.replace("{policy}", policy))
    found = ipv4_of(firewall.probe(Host()).facts)
    assert found.default == default
    assert stranger_gets_in(peer) is (default == "accept")
    assert "tcp/22" in (found.open_ports if isinstance(found.open_ports, tuple) else ())
    assert "tcp/5432" not in (found.open_ports if isinstance(found.open_ports, tuple) else ())


@pytest.mark.parametrize(
    ("rules", "default"),
    [
        pytest.param(
            "table inet t { set open { type inet_service; flags interval; elements = { 1-65535 }\n}\n"
            "chain i { type filter hook input priority 0; policy drop\n tcp dport @open accept\n}\n}",
            None,
            id="a set of nearly every port",
        ),
        pytest.param(
            "table inet t { set friends { type ipv4_addr; elements = { 10.8.0.1 }\n}\n"
            "chain i { type filter hook input priority 0; policy drop\n ip saddr @friends accept\n}\n}",
            "drop",
            id="a set of friends",
        ),
        pytest.param(
            "table inet t { map states { type ct_state : verdict; elements = { new : accept }\n}\n"
            "chain i { type filter hook input priority 0; policy drop\n ct state vmap @states\n}\n}",
            "accept",
            id="a map that lets new ones in",
        ),
        pytest.param(
            "table inet t { chain i { type filter hook input priority 0; policy drop\n"
            " fib daddr type local accept\n}\n}",
            "accept",
            id="all that is for this machine",
        ),
        pytest.param(
            "table inet t { chain i { type filter hook input priority 0; policy accept\n"
            " fib daddr type != local drop\n}\n}",
            "accept",
            id="dropped only what is for others",
        ),
        pytest.param(
            "table inet t { chain i { type filter hook input priority 0; policy drop\n"
            " ip daddr 224.0.0.0/4 accept\n}\n}",
            "drop",
            id="only multicast is accepted",
        ),
    ],
)
def test_named_sets_and_places_are_understood(peer: str, rules: str, default: str | None) -> None:
    nft(rules)
    found = ipv4_of(firewall.probe(Host()).facts)
    if default is None:  # the port of the test is among those that a rule names
        assert found.open_ports == ("tcp/1-65535",)
    else:
        assert (found.default, stranger_gets_in(peer)) == (default, default == "accept")


@pytest.mark.skipif(shutil.which("iptables-nft") is None, reason="needs iptables")
@pytest.mark.parametrize(
    ("own", "by_iptables", "default"),
    [
        pytest.param("drop", "ACCEPT", "drop", id="nftables filters, a container engine uses iptables"),
        pytest.param("accept", "DROP", "drop", id="iptables filters beside an open table"),
        pytest.param("accept", "ACCEPT", "accept", id="neither filters"),
    ],
)
def test_tables_of_both_tools_have_to_let_a_packet_pass(peer: str, own: str, by_iptables: str, default: str) -> None:
    """Docker's rules beside an administrator's own table are the rule, not the exception."""
    load(INPUT.format(policy=own, rules=GOOD))
    run("iptables-nft", "-A", "INPUT", "-p", "tcp", "-m", "multiport", "--dports", "7,9", "-j", "ACCEPT")
    run("iptables-nft", "-P", "INPUT", by_iptables)
    assert ipv4_of(firewall.probe(Host()).facts).default == default
    assert stranger_gets_in(peer) is (default == "accept")


@pytest.mark.skipif(shutil.which("iptables-legacy") is None, reason="needs iptables")
def test_tables_of_the_older_filter_count_too(peer: str) -> None:
    """Two filters in one kernel do not see each other's rules; the packet meets both."""
    load(INPUT.format(policy="accept", rules=GOOD))
    run("iptables-legacy", "-P", "INPUT", "DROP")
    run("iptables-legacy", "-A", "INPUT", "-p", "tcp", "--dport", "22", "-j", "ACCEPT")
    found = ipv4_of(firewall.probe(Host()).facts)
    assert (found.default, stranger_gets_in(peer)) == ("drop", False)
    assert found.open_ports == ("tcp/22",)


def test_a_way_that_only_perhaps_leads_on_leaves_the_default_open() -> None:
    """A stranger who is sometimes let in must be called neither in nor out."""
    lines = (
        ":INPUT ACCEPT [0:0]\n:x - [0:0]\n-A INPUT -j x\n-A x -m statistic --mode nth --every 2 -j RETURN\n-A x -j DROP"
    )
    assert judge(read_iptables(f"*filter\n{lines}\nCOMMIT\n")).default == Unknown(unknown="undecided")
    closed = lines.replace("INPUT ACCEPT", "INPUT DROP")
    assert judge(read_iptables(f"*filter\n{closed}\nCOMMIT\n")).default == "drop"


@pytest.mark.parametrize(
    ("lines", "default"),
    [
        pytest.param(":INPUT ACCEPT [0:0]\n-A INPUT -j REJECT --reject-with icmp-host-prohibited", "reject", id="RHEL"),
        pytest.param(":INPUT DROP [0:0]\n-A INPUT -p tcp -j ACCEPT", "accept", id="all of TCP"),
        pytest.param(":INPUT DROP [0:0]\n-A INPUT -s 10.0.0.0/8 -j ACCEPT", "drop", id="from one network"),
        pytest.param(":INPUT DROP [0:0]\n:x - [0:0]\n-A INPUT -j x\n-A x -j ACCEPT", "accept", id="another chain"),
        pytest.param(":INPUT DROP [0:0]\n:x - [0:0]\n-A INPUT ! -i lo -g x\n-A x -j RETURN", "drop", id="goto returns"),
        pytest.param(":INPUT DROP [0:0]\n-A INPUT -m state --state NEW -j ACCEPT", "accept", id="new connections"),
        pytest.param(":INPUT DROP [0:0]\n-A INPUT -p icmp -j ACCEPT", "drop", id="pings"),
        pytest.param(":INPUT DROP [0:0]\n-A INPUT -p tcp ! --dport 22 -j DROP", "drop", id="all but one port dropped"),
    ],
)
def test_saved_rules_are_judged_alike(lines: str, default: str) -> None:
    assert judge(read_iptables(f"*filter\n{lines}\nCOMMIT\n")).default == default


def test_a_tree_knows_what_boots_but_not_what_runs(make_host) -> None:
    host = make_host(
        {
            "/usr/sbin/ufw": "",
            "/etc/ufw/ufw.conf": "ENABLED=yes\n",
            "/etc/default/ufw": 'DEFAULT_INPUT_POLICY="DROP"\n',
            "/lib/systemd/system/ufw.service": "[Service]\nExecStart=/x\n[Install]\nWantedBy=multi-user.target\n",
            "/etc/systemd/system/multi-user.target.wants/ufw.service": {"symlink": "/lib/systemd/system/ufw.service"},
        }
    )
    facts = firewall.probe(host).facts
    assert isinstance(facts, Firewall)
    assert (facts.manager, facts.enabled_at_boot, facts.input_default_at_boot) == ("ufw", True, "drop")
    assert facts.ipv4 == Unknown(unknown="not a live host")


@pytest.mark.parametrize(
    ("text", "default"),
    [
        pytest.param("chain i { type filter hook input priority filter; policy drop; }", "drop", id="policy"),
        pytest.param("chain i { type filter hook input priority 0; }", "accept", id="no policy means accept"),
        pytest.param("# chain i { type filter hook input priority 0; policy drop; }", None, id="a comment"),
        pytest.param('include "/etc/nft.d/*"', Unknown(unknown="undecided"), id="an include"),
    ],
)
def test_nftables_conf_is_believed_as_far_as_it_shows(make_host, text: str, default: object) -> None:
    host = make_host(
        {
            "/etc/nftables.conf": text,
            "/lib/systemd/system/nftables.service": "[Service]\nExecStart=/x\n[Install]\nWantedBy=sysinit.target\n",
            "/etc/systemd/system/sysinit.target.wants/nftables.service": {
                "symlink": "/lib/systemd/system/nftables.service"
            },
        }
    )
    assert firewall.probe(host).facts.input_default_at_boot == default


def test_without_rights_rules_are_unknown(as_nobody) -> None:
    facts = as_nobody(lambda: firewall.probe(Host()).facts)
    assert facts.ipv4 in (Unknown(unknown="no permission"), Unknown(unknown="undecided"))


def test_output_without_chains_is_no_filter() -> None:
    rules, foreign = read_nft('{"nftables": [{"metainfo": {"version": "1.0.6"}}]}', "ipv4")
    assert (judge(rules), foreign) == (Family(), frozenset())
