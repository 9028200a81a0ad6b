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
    assert (judge(rules), foreign) == (Family(), False)
