"""`python -m deploy.packages [ARCH…] [--version V]`: build the packages; `--pin`: take newer sources."""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from deploy.packages.errors import BuildError
from deploy.packages.pack import pack
from deploy.packages.parts import AGENT, DISCOVERY
from deploy.packages.place import ARCHES, HOUSE, Arch, Place
from deploy.packages.sources import pin, pinned
from deploy.packages.tree import make_agent, make_discovery


def main() -> int:
    """Build what is asked for; 2 when there is something to mend."""
    parser = argparse.ArgumentParser(prog="python -m deploy.packages", description="Build the packages for hosts.")
    parser.add_argument("arch", nargs="*", type=_arch, help=f"one or more of {', '.join(ARCHES)} (default: all)")
    parser.add_argument("--version", help="the packages' version, if not the agent's")
    parser.add_argument("--pin", action="store_true", help="take newer sources into sources.toml, build nothing")
    options = parser.parse_args()
    place = Place(HOUSE / "build/packages", HOUSE / "dist/packages", _epoch())
    try:
        if options.pin:
            print("\n".join(pin(place, pinned()[0])) or "nothing newer")
            return 0
        version = ""
        for arch in options.arch or ARCHES:
            version = make_agent(place, arch)
            _tell(pack(place, AGENT, options.version or version, arch))
        make_discovery(place, version)
        _tell(pack(place, DISCOVERY, options.version or version, None))
    except BuildError as error:
        print(f"deploy.packages: {error}", file=sys.stderr)
        return 2
    return 0


def _tell(written: list[Path]) -> None:
    for path in written:
        print(f"{path.stat().st_size / 1e6:6.1f} MB  {path.relative_to(HOUSE)}", flush=True)


def _arch(word: str) -> Arch:
    for arch in ARCHES:
        if arch == word:
            return arch
    raise argparse.ArgumentTypeError(f"{word} is none of {', '.join(ARCHES)}")


def _epoch() -> int:
    """The time in all built files: $SOURCE_DATE_EPOCH, else that of the commit, else the beginning of 2026."""
    if said := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(said)
    argv = ["git", "-C", str(HOUSE), "log", "-1", "--format=%ct"]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    return int(done.stdout) if done.returncode == 0 and done.stdout.strip() else 1767225600


if __name__ == "__main__":
    sys.exit(main())
