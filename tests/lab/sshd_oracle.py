"""The real `sshd -T` of a Debian root, asked about many configurations in one go; it decides, we only compare."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.lab.roots import CLEAN, Root

_SECONDS_EACH = 2
_SHARED = ("/etc/passwd", "/etc/group", "/etc/hosts", "/etc/services", "/etc/nsswitch.conf")
_SCRIPT = """
set -u
while IFS='\t' read -r number tree rest; do
    mount -t overlay -o "ro,lowerdir=$tree:$ROOT" overlay "$SPOT" || exit 9
    eval "chroot \\"$SPOT\\" /usr/sbin/sshd -T $rest" >"$OUT/$number.out" 2>"$OUT/$number.err" </dev/null
    echo $? >"$OUT/$number.rc"
    umount "$SPOT"
done
"""


@dataclass(frozen=True)
class Question:
    """A tree of files laid over the root, and the arguments behind `sshd -T`."""

    files: Mapping[str, str | bytes]
    connection: Mapping[str, str] | None = None
    """`user`, `host`, `addr`, `laddr`, `lport` for `-C`; None asks for the globals."""
    arguments: tuple[str, ...] = ()

    @property
    def argv(self) -> tuple[str, ...]:
        """What follows `sshd -T`."""
        if self.connection is None:
            return self.arguments
        return (*self.arguments, "-C", ",".join(f"{key}={value}" for key, value in self.connection.items()))


@dataclass(frozen=True)
class Answer:
    """Sorted lines as printed, or None when the daemon refused; `complaint` is what it said."""

    lines: tuple[str, ...] | None
    complaint: str = ""


@dataclass
class Oracle:
    """One root and a place for trees; `names` are the root's own accounts, hosts and services, copied to each tree."""

    root: Root
    base: Path
    names: dict[str, bytes] = field(default_factory=dict)
    count: int = 0

    def __post_init__(self) -> None:
        """Copy what the resolver on our side has to see."""
        for path in _SHARED:
            source = Path(f"{self.root.path}{path}")
            if source.exists():
                self.names[path] = source.read_bytes()

    def tree(self, files: Mapping[str, str | bytes]) -> Path:
        """Lay files out as a tree that our side reads and that covers the root on the other."""
        self.count += 1
        tree = self.base / f"{self.root.suite}-{self.count}"
        (tree / "run/sshd").mkdir(parents=True)
        for path, content in {**self.names, **files}.items():
            place = Path(f"{tree}{path}")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content.encode() if isinstance(content, str) else content)
        return tree

    def ask(self, questions: Sequence[tuple[Path, Question]]) -> list[Answer]:
        """Answers in the order of the questions; one process for all of them."""
        spot, out = self.base / "spot", self.base / "out"
        shutil.rmtree(out, ignore_errors=True)
        spot.mkdir(exist_ok=True)
        out.mkdir()
        listing = "".join(
            f"{number}\t{tree}\t{' '.join(map(_quoted, question.argv))}\n"
            for number, (tree, question) in enumerate(questions)
        )
        subprocess.run(
            ["unshare", "--mount", "--propagation", "private", "sh", "-c", _SCRIPT],
            input=listing,
            text=True,
            env={**CLEAN, "ROOT": str(self.root.path), "SPOT": str(spot), "OUT": str(out)},
            timeout=60 + _SECONDS_EACH * len(questions),
            check=True,
        )
        return [_answer(out, number) for number in range(len(questions))]


def _answer(out: Path, number: int) -> Answer:
    complaint = (out / f"{number}.err").read_text(errors="backslashreplace")
    if (out / f"{number}.rc").read_text().strip() != "0":
        return Answer(None, complaint)
    return Answer(comparable((out / f"{number}.out").read_text(errors="backslashreplace").splitlines()), complaint)


def comparable(lines: Iterable[str]) -> tuple[str, ...]:
    """Lines sorted by keyword alone, so that those of one keyword keep their order; trailing blanks do not count."""
    return tuple(sorted((line.rstrip() for line in lines if line), key=lambda line: line.partition(" ")[0]))


def _quoted(argument: str) -> str:
    return "'" + argument.replace("'", "'\\''") + "'"
