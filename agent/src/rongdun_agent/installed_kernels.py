"""Kernels that are installed, and which of them the next boot takes."""

import re

from rongdun_agent.host import Host

RELEASE = "/proc/sys/kernel/osrelease"
_IMAGE = re.compile(r"(?:vmlinuz|vmlinux|Image|kernel)-(\d.*)")
_NUMBERS = re.compile(r"\d+(?:[.-]\d+)*")
_CANDIDATE = re.compile(r"[-~.]?rc(\d+)")
_DIGITS = re.compile(r"(\d+)")
_RESCUE = "0-rescue"
_PUT_ASIDE = (".old", ".bak", ".orig")

Version = tuple[tuple[int, ...], int, list[str | int]]


def release_of(host: Host) -> str | None:
    """The release of the kernel that runs, or in an image that does not run, of the one that would."""
    text = host.read_text(RELEASE)
    return text.strip() if text else newest_installed(host)


def newest_installed(host: Host, running: str | None = None) -> str | None:
    """The highest release whose image is installed; among equals the running one. `None` where there is no image."""
    found = [match[1] for name in host.list_dir("/boot") if (match := _IMAGE.fullmatch(name))]
    found += [name for name in host.list_dir("/lib/modules") if _has_image(host, name, images=bool(found))]
    found = [name for name in found if not name.startswith(_RESCUE) and not name.endswith(_PUT_ASIDE)]
    return max(
        found, key=lambda release: (*_version(release)[:2], release == running, _version(release)[2]), default=None
    )


def is_newer(release: str, than: str) -> bool:
    """Whether a release has a higher version; flavours of one version (`-amd64`, `-cloud-amd64`) are equally new."""
    ours, theirs = _version(release), _version(than)
    if ours[:2] != theirs[:2]:
        return ours[:2] > theirs[:2]
    return _DIGITS.sub("", release) == _DIGITS.sub("", than) and ours[2] > theirs[2]


def _has_image(host: Host, name: str, *, images: bool) -> bool:
    """A directory of modules counts with an image in it, and where /boot shows no image (it may not be mounted)."""
    directory = f"/lib/modules/{name}"
    return host.exists(f"{directory}/vmlinuz") or (not images and host.exists(f"{directory}/modules.dep"))


def _version(release: str) -> Version:
    """Leading numbers, release candidates below the release itself, and then everything in natural order."""
    numbers = _NUMBERS.match(release)
    candidate = _CANDIDATE.match(release, numbers.end() if numbers else 0)
    return (
        tuple(int(number) for number in _DIGITS.findall(numbers[0])) if numbers else (),
        int(candidate[1]) - 1000 if candidate else 0,
        [int(part) if part.isdecimal() else part for part in _DIGITS.split(release)],
    )
