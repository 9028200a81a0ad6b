"""The wheels of the tree: our own, freshly built, and the pinned ones for the architecture that is packed for."""

import json
import os
import shutil
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.packages.place import HOUSE, Arch, Place, run
from deploy.packages.sources import sha256

PLATFORMS = ("manylinux_2_17", "manylinux2014", "manylinux_2_12", "manylinux2010")
"""Tags of wheels that run on glibc 2.17."""


@dataclass(frozen=True)
class Wheel:
    """One wheel as it was installed; `sha256` is the archive's."""

    name: str
    version: str
    sha256: str


def install_pinned(place: Place, requirements: str, arch: Arch, to: Path) -> tuple[Wheel, ...]:
    """Install what requirements/NAME.txt pins for an architecture into a folder; other bytes are refused by pip."""
    report = place.cache / "pip-report.json"
    tags = [word for tag in PLATFORMS for word in ("--platform", f"{tag}_{arch}")]
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--root-user-action=ignore", "--no-warn-conflicts"]
    pip += ["--no-compile", "--no-deps", "--require-hashes", "--only-binary=:all:", "--implementation", "cp"]
    pip += ["--python-version", "3.13", *tags, "--report", str(report), "--target", str(to)]
    run(f"wheels of {requirements}", [*pip, "-r", HOUSE / "requirements" / f"{requirements}.txt"])
    shutil.rmtree(to / "bin", ignore_errors=True)  # entry points for an interpreter that is not ours
    installed = json.loads(report.read_text("utf-8"))["install"]
    return tuple(_installed(part["metadata"], part["download_info"]["archive_info"]) for part in installed)


def _installed(metadata: Mapping[str, Any], archive: Mapping[str, Any]) -> Wheel:
    return Wheel(metadata["name"], metadata["version"], archive["hashes"]["sha256"])


def install_own(place: Place, to: Path) -> tuple[Wheel, ...]:
    """Build the agent and the contract from this checkout and unpack them into a folder."""
    found = []
    for room in ("contract", "agent"):
        out = place.cache / "wheels" / room
        shutil.rmtree(out, ignore_errors=True)
        build: list[str | Path] = [
            sys.executable,
            "-m",
            "build",
            "--wheel",
            "--no-isolation",
            "--outdir",
            out,
            HOUSE / room,
        ]
        run(f"wheel of {room}", build, {**os.environ, "SOURCE_DATE_EPOCH": str(place.epoch)})
        wheel = next(out.glob("*.whl"))
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(to)
        found.append(Wheel(f"rongdun-{room}", wheel.name.split("-")[1], sha256(wheel)))
    return tuple(found)
