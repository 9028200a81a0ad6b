"""The host's own packet filter: what the kernel does with a packet that no rule names, and what the next boot loads."""

from rongdun_agent.host import COMMANDS, CommandFailed, Host, NotLive, Output, Refused
from rongdun_agent.packet_filter import AtBoot, RuleSet, judge, read_iptables, read_manager, read_nft
from rongdun_agent.packet_filter.nft import FamilyName
from rongdun_agent.probed import Probed
from rongdun_agent.systemd_units import BootStates
from rongdun_contract.documents import Source
from rongdun_contract.facts import Maybe, Unknown
from rongdun_contract.facts.firewall import Family, Firewall, Policy

_SAVE = {"ipv4": "iptables", "ipv6": "ip6tables"}
_LEGACY_SAVE = {"ipv4": "iptables_legacy", "ipv6": "ip6tables_legacy"}
_LEGACY = {"ipv4": "/proc/net/ip_tables_names", "ipv6": "/proc/net/ip6_tables_names"}


def probe(host: Host) -> Probed:
    """Judge both families by the loaded rules, and the boot by its manager's files."""
    boot = read_manager(host, host.once(BootStates))
    ipv4, ipv4_from = _family(host, "ipv4")
    ipv6, ipv6_from = _family(host, "ipv6")
    facts = Firewall(
        manager=boot.manager,
        enabled_at_boot=boot.enabled,
        live=host.live,
        ipv4=ipv4,
        ipv6=ipv6,
        input_default_at_boot=_default_at_boot(boot),
    )
    sources = {"ipv4": Source(where=ipv4_from), "ipv6": Source(where=ipv6_from)}
    at_boot = Source(where=boot.where)
    return Probed(facts, sources | dict.fromkeys(("manager", "enabled_at_boot", "input_default_at_boot"), at_boot))


def _default_at_boot(boot: AtBoot) -> Maybe[Policy | None]:
    """Nothing is filtered at boot by a manager that does not start."""
    return boot.default if boot.enabled is not False else None


def _family(host: Host, family: FamilyName) -> tuple[Maybe[Family], str]:
    """Loaded rules of one family: those of nftables, and those of iptables where that tool wrote them."""
    try:
        return _loaded(host, family)
    except NotLive:
        return Unknown(unknown="not a live host"), "the running kernel"
    except Refused as refused:
        return Unknown(unknown="no permission"), refused.path
    except CommandFailed as failed:
        return Unknown(unknown="error"), failed.path


def _loaded(host: Host, family: FamilyName) -> tuple[Maybe[Family], str]:
    """All filters together: nftables' own tables, those that iptables keeps in nftables, and its older ones."""
    listed = host.once(_nft_rules)
    if listed is None and not _kernel_filters(host):
        return Family(), "/proc/modules"
    rules, foreign = read_nft(listed.stdout, family) if listed else (RuleSet(), frozenset[str]())
    asked = ["nft list ruleset"] if listed else []
    unread = bool(foreign & {base.name.rpartition(" ")[0] + " " for base in rules.bases})
    for needed, command in (
        (unread or not listed, _SAVE[family]),
        (_legacy_tables(host, family), _LEGACY_SAVE[family]),
    ):
        saved = host.run(COMMANDS[command]) if needed else None
        if saved is not None:
            rules = rules.without(foreign).beside(read_iptables(saved.stdout, command))
            asked.append(f"{command}-save")
        elif needed:
            return Unknown(unknown="undecided"), f"{command}-save is not installed"
    return judge(rules), ", ".join(asked)


def _nft_rules(host: Host) -> Output | None:
    return host.run(COMMANDS["nft"])


def _legacy_tables(host: Host, family: FamilyName) -> bool:
    """Whether the kernel's older filter has tables of its own beside nftables."""
    return bool(host.lines(_LEGACY[family]))


def _kernel_filters(host: Host) -> bool:
    """Whether a packet filter may be loaded although no tool is there to show it."""
    names = {line.split(" ", 1)[0] for line in host.lines("/proc/modules")}
    return not names or bool(names & {"nf_tables", "ip_tables", "ip6_tables"})
