"""The floor: nothing in a tree asks for a glibc above 2.17, and on aarch64 all of it loads on 64 KiB pages."""

import re
from pathlib import Path

from deploy.packages.errors import BuildError
from deploy.packages.place import Arch, run

FLOOR = (2, 17)
LARGEST_PAGE = 0x10000
"""Kernels for aarch64 of CentOS 7 and Kylin have pages of 64 KiB."""
_SYMBOL = re.compile(r"\(?GLIBC_([0-9.]+)\)?")
_ELF = b"\x7fELF"


def elf_files(tree: Path) -> list[Path]:
    """Every ELF file of a tree, whatever it is called."""
    return sorted(path for path in tree.rglob("*") if path.is_file() and not path.is_symlink() and _starts_elf(path))


def check_floor(tree: Path, arch: Arch) -> dict[Path, str]:
    """Return the highest glibc symbol of each ELF file, or refuse the tree, naming all that is wrong."""
    files = elf_files(tree)
    if not files:
        raise BuildError(str(tree), "holds no ELF file", "it is no tree of an interpreter")
    highest = {path: glibc_needed(path) for path in files}
    wrong = [
        f"{path.relative_to(tree)} needs glibc {'.'.join(map(str, version))}"
        for path, version in highest.items()
        if version > FLOOR
    ]
    if arch == "aarch64":
        wrong += [
            f"{path.relative_to(tree)} is not aligned to 64 KiB" for path in files if not _loads_on_large_pages(path)
        ]
    if wrong:
        raise BuildError("floor", "; ".join(wrong), "build it against glibc 2.17, or take a manylinux2014 wheel")
    return {path: ".".join(map(str, version)) for path, version in highest.items()}


def glibc_needed(path: Path) -> tuple[int, ...]:
    """The highest version among the symbols that a file takes from glibc; a file that takes none is refused."""
    found = _SYMBOL.findall(run("floor", ["objdump", "-T", path]))
    if not found:
        raise BuildError(str(path), "names no glibc symbol", "see whether objdump reads this architecture")
    return max(tuple(int(part) for part in version.split(".")) for version in found)


def _loads_on_large_pages(path: Path) -> bool:
    headers = run("floor", ["readelf", "-lW", path])
    alignments = [int(line.split()[-1], 16) for line in headers.splitlines() if line.split()[:1] == ["LOAD"]]
    return bool(alignments) and all(size % LARGEST_PAGE == 0 for size in alignments)


def _starts_elf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == _ELF
