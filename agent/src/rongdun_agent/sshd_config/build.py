"""Which OpenSSH this is: version, distributor's build, and the dialect of sshd_config(5) that goes with it."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_BANNER = re.compile(
    rb"(?<![\w.*])OpenSSH_(?P<version>\d+\.\d+(?:\.\d+)?)(?P<patch>p\d+)(?: (?P<build>[!-~]+))?(?=[\x00\r\n]|$)"
)
_NAME = b"OpenSSH_"
_MAIN_FILE_END = b"/sshd_config\0"
_PATH = re.compile(rb"/[!-~]{1,250}")
_PACKAGE = re.compile(r"(?:\d+:)?(?P<version>\d+\.\d+(?:\.\d+)?)(?P<patch>p\d+)(?:-(?P<revision>[\w.+~]+))?$")
_DEBIAN = re.compile(r"(Debian|Ubuntu)-")


class Build(NamedTuple):
    """`number` decides the dialect; where it is None the version is unknown and so is every default."""

    number: tuple[int, ...] | None
    patch: str = ""
    vendor: str | None = None
    """The distributor's part of the banner, `Debian-2+deb12u6`."""
    main_file: str = "/etc/ssh/sshd_config"
    """Where the program looks for its configuration; relative names in Include lie beside it."""
    dialect: tuple[int, ...] | None = None
    """Where the version is unknown: the release by whose rules the files are read; None is the newest."""

    @property
    def version(self) -> str | None:
        """As the program says it: `9.2p1`."""
        return None if self.number is None else ".".join(map(str, self.number)) + self.patch

    @property
    def title(self) -> str:
        """For people, as in `default of OpenSSH 9.2p1`."""
        return "an unknown version" if self.number is None else f"OpenSSH {self.version}"

    @property
    def release(self) -> str:
        """The whole banner, which `Match version` compares with."""
        return f"OpenSSH_{self.version}" + (f" {self.vendor}" if self.vendor else "")

    @property
    def debian(self) -> bool:
        """Built by Debian or Ubuntu, whose patches and compile-time choices are known."""
        return self.vendor is not None and _DEBIAN.match(self.vendor) is not None

    @property
    def debian_update(self) -> int:
        """Number of Debian's update of a stable release: 6 in `Debian-2+deb12u6`, 0 where there is none."""
        update = re.search(r"\+deb\d+u(\d+)", self.vendor or "")
        return int(update[1]) if update else 0

    @property
    def complete(self) -> bool:
        """Whether we know every keyword of it: Debian's builds up to the newest that was measured."""
        return self.debian and self.number is not None and self.before(10, 1)

    def since(self, *number: int) -> bool:
        """Whether this version, or that whose rules are used in its place, is `number` or newer."""
        rules = self.number or self.dialect
        return rules is None or rules >= number

    def before(self, *number: int) -> bool:
        """Whether this version is older than `number`."""
        return not self.since(*number)


UNKNOWN_BUILD = Build(None)
OLD_DIALECT = (8, 4)
"""The other way to read files when the version is unknown: where both ways agree, the version does not matter."""


def build_in(program: bytes) -> Build:
    """The build whose banner stands in the program's bytes; the banner with a distributor's part wins."""
    found = [_build(match) for match in _banners(program)]
    build = max(found, key=lambda build: build.vendor is not None, default=UNKNOWN_BUILD)
    # a program that was built from source may look elsewhere
    end = program.find(_MAIN_FILE_END)
    path = program[program.rfind(b"\0", 0, end) + 1 : end] + _MAIN_FILE_END[:-1] if end > 0 else b""
    return build._replace(main_file=path.decode("ascii")) if _PATH.fullmatch(path) else build


def _banners(program: bytes) -> Iterator[re.Match[bytes]]:
    """A plain search for the constant part is several times faster than the expression alone."""
    at = program.find(_NAME)
    while at >= 0:
        match = _BANNER.match(program, at)
        if match:
            yield match
        at = program.find(_NAME, at + 1)


def build_of_package(version: str, vendor: str) -> Build:
    """From a package's version such as `1:9.2p1-2+deb12u6`; `vendor` (`Debian`) is the distributor's name."""
    match = _PACKAGE.match(version)
    if match is None:
        return UNKNOWN_BUILD
    revision = f"{vendor}-{match['revision']}" if match["revision"] else None
    return Build(_number(match["version"]), match["patch"], revision)


def _build(match: re.Match[bytes]) -> Build:
    vendor = match["build"]
    return Build(
        _number(match["version"].decode()), match["patch"].decode(), None if vendor is None else vendor.decode()
    )


def _number(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))
