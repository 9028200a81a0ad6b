"""The agent's only door to the machine: files, walks, processes, interfaces, and a few fixed commands."""

from rongdun_agent.host.commands import COMMANDS, Command, Output
from rongdun_agent.host.errors import CommandFailed, HostError, NotAFile, NotLive, Refused, TookTooLong, TooLarge
from rongdun_agent.host.guessing import Answer
from rongdun_agent.host.host import Host, Usage
from rongdun_agent.host.names import as_bytes, as_text
from rongdun_agent.host.netlink import Row, Table
from rongdun_agent.host.processes import Holders, Process
from rongdun_agent.host.sockets import WaitingSocket
from rongdun_agent.host.stat import FileType, Stat
from rongdun_agent.host.walking import Directory, RawStat

__all__ = [
    "COMMANDS",
    "Answer",
    "Command",
    "CommandFailed",
    "Directory",
    "FileType",
    "Holders",
    "Host",
    "HostError",
    "NotAFile",
    "NotLive",
    "Output",
    "Process",
    "RawStat",
    "Refused",
    "Row",
    "Stat",
    "Table",
    "TooLarge",
    "TookTooLong",
    "Usage",
    "WaitingSocket",
    "as_bytes",
    "as_text",
]
