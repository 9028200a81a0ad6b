"""SCAP content that really judges this Debian 12, made from Debian's own for Debian 11.

As shipped, all its rules are "not applicable" here: its platform test wants release 11, and in a container a second one
rules most rules out. Both tests are changed to say yes; the rules stay as they are.
"""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from pathlib import Path

SHIPPED = Path("/usr/share/xml/scap/ssg/content/ssg-debian11-ds.xml")
PROFILE = "xccdf_org.ssgproject.content_profile_standard"
RELEASE = (re.compile(r">\^11(?=\.\[0-9\])"), ">^12")
CONTAINER = (re.compile(r"(<unix:filepath[^>]*>)(?=/\.dockerenv<|/run/\.containerenv<)"), r"\1/nonexistent")


def adapt(base: Path) -> Path:
    """Write the changed content under `base`."""
    text = SHIPPED.read_text(encoding="utf-8")
    for pattern, replacement in (RELEASE, CONTAINER):
        text, changes = pattern.subn(replacement, text)
        assert changes, f"{SHIPPED} has nothing like {pattern.pattern}: what must be changed now?"
    content = base / "ssg-debian12-ds.xml"
    content.write_text(text, encoding="utf-8")
    return content


def command(content: Path, results: Path) -> list[str]:
    """How the profile is judged."""
    return ["oscap", "xccdf", "eval", "--profile", PROFILE, "--results", str(results), str(content)]


def judged(content: Path, results: Path) -> int:
    """How many rules pass or fail, rather than do not apply."""
    done = subprocess.run(command(content, results), capture_output=True, text=True, check=False)
    counts = Counter(re.findall(r"^Result\s+(\w+)", done.stdout, re.MULTILINE))
    return counts["pass"] + counts["fail"]
