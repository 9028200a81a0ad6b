"""Programs that a server does not need and an intruder does: tools of attack and tunnels, compilers and debuggers."""

from rongdun_agent.products.known import Known
from rongdun_contract.facts.protection import Purpose


def _program(purpose: Purpose, name: str, *others: str, packages: tuple[str, ...] = ()) -> Known:
    """Something that is run by its name; `others` are further names of the same."""
    return Known(name, (purpose,), packages=packages or (name,), programs=(name, *others))


def _tunnel(name: str, *programs: str) -> Known:
    return Known(name, ("attack-tool",), packages=(name,), programs=programs, processes=programs)


_ATTACK = (
    _program("attack-tool", "aircrack-ng"),
    _program("attack-tool", "arpspoof", "dsniff", packages=("dsniff",)),
    _program("attack-tool", "ettercap", packages=("ettercap-text-only", "ettercap-graphical", "ettercap")),
    _program("attack-tool", "fscan"),
    _program("attack-tool", "hashcat"),
    _program("attack-tool", "hydra", packages=("hydra", "hydra-gtk")),
    _program("attack-tool", "john"),
    _program("attack-tool", "masscan"),
    _program("attack-tool", "medusa"),
    _program("attack-tool", "msfconsole", packages=("metasploit-framework",)),
    _program("attack-tool", "ncat", "nc.traditional", packages=("ncat", "netcat-traditional", "nmap-ncat")),
    _program("attack-tool", "nikto"),
    _program("attack-tool", "nmap"),
    _program("attack-tool", "proxychains", "proxychains4", packages=("proxychains", "proxychains4", "proxychains-ng")),
    _program("attack-tool", "socat"),
    _program("attack-tool", "sqlmap"),
    _program("attack-tool", "tcpdump"),
    _program("attack-tool", "wireshark", "tshark", "dumpcap", packages=("wireshark", "wireshark-cli", "tshark")),
    _program("attack-tool", "zmap"),
    _tunnel("chisel", "chisel"),
    _tunnel("frp", "frpc", "frps"),
    _tunnel("gost", "gost"),
    _tunnel("ngrok", "ngrok"),
    _tunnel("nps", "npc", "nps"),
)
_COMPILERS = (
    _program("compiler", "bpftrace"),
    _program("compiler", "clang", packages=("clang",)),
    _program("compiler", "g++", "c++", packages=("g++", "gcc-c++")),
    _program("compiler", "gcc", "cc", packages=("gcc",)),
    _program("compiler", "gdb", packages=("gdb", "gdb-minimal")),
    _program("compiler", "go", packages=("golang-go", "golang")),
    _program("compiler", "make", "gmake"),
    _program("compiler", "perf", packages=("perf", "linux-perf")),
    _program("compiler", "rustc", packages=("rustc", "rust")),
    _program("compiler", "strace"),
)
KNOWN = (*_ATTACK, *_COMPILERS)
