"""What auditctl(8) finds out about the machine that it runs on while it loads rules."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from rongdun_agent.audit_rules.options import BadLine
from rongdun_agent.audit_rules.system_calls import TABLES, by_number

_WORD_SIZES = {
    **dict.fromkeys(("b64", "x86_64", "aarch64", "ppc64", "ppc64le", "s390x", "ia64", "loongarch64", "riscv64"), "b64"),
    **dict.fromkeys(("b32", "i386", "i486", "i586", "i686", "arm", "armv7l", "ppc", "s390", "riscv32"), "b32"),
}
_TABLES = {("x86_64", "b64"): "x86_64", ("x86_64", "b32"): "i386", ("aarch64", "b64"): "aarch64"}


@dataclass(frozen=True)
class Machine:
    """`name` as in `uname -m`; without one, or without a table for it, every name is taken for a system call.

    `has_place` says whether a path can be watched: the directory above is there, or it is one itself where it must be.
    """

    name: str | None = None
    has_place: Callable[[str, bool], bool] = lambda _path, _directory: True

    def architecture(self, text: str) -> str:
        """`b64` or `b32` for any spelling."""
        if text not in _WORD_SIZES:
            raise BadLine(text)
        return _WORD_SIZES[text]

    def system_call(self, word: str, architecture: str | None) -> str:
        """The name of a system call given by name or number; raises BadLine where there is none."""
        table = self._tables.get(architecture or "b64")
        if word == "all" or table is None:
            return word
        name = table.get(int(word)) if word.isdecimal() else word
        if name is None or name not in table.values():
            raise BadLine(word)
        return name

    @cached_property
    def _tables(self) -> dict[str, dict[int, str]]:
        chosen = {size: table for (machine, size), table in _TABLES.items() if machine == self.name}
        return {size: by_number(table) for size, table in chosen.items() if table in TABLES}
