"""`rongdun-agent discover`: the service that watches the wire; it needs the extra `discovery`."""

import argparse
from pathlib import Path
from typing import TextIO

from rongdun_agent.discovery.settings import load_settings

SYSTEM_FOLDER = Path("/var/lib/rongdun-discovery")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "--config", type=Path, default=None, help="what is watched and asked (default: /etc/rongdun/discovery.toml)"
    )
    parser.add_argument(
        "--state", type=Path, default=SYSTEM_FOLDER, help="where devices.json is written (default: %(default)s)"
    )
    parser.add_argument("--check", action="store_true", help="only check the settings, and say what they allow")


def run(options: argparse.Namespace, out: TextIO) -> int:
    """Listen until told to stop."""
    settings = load_settings(options.config)
    if options.check:
        for segment in settings.segment:
            asked = ", ".join(map(str, segment.sweep.networks)) if segment.sweep else "nobody"
            out.write(f"{segment.interface}: listens, asks {asked}\n")
        return 0
    from rongdun_agent.discovery.service import serve  # noqa: PLC0415 - checking settings needs no scapy

    serve(settings, options.state, out)
    return 0
