"""The pinned sources of the interpreter: read, fetch and compare, pin anew."""

import hashlib
import re
import shutil
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from deploy.packages.errors import BuildError
from deploy.packages.place import HERE, Place, run

PINS = HERE / "sources.toml"
SUITES = "trixie sid"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
RENEW = "take newer sources with `make pins`, or put that very file into the folder of sources by hand"


@dataclass(frozen=True)
class Source:
    """One upstream tarball; `series` is the start of the versions that `make pins` may take, empty: any."""

    name: str
    package: str
    series: str
    version: str
    file: str
    sha256: str
    licence: str
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Inside:
    """What CPython's sources carry of somebody else; `name` as in its own list of parts."""

    name: str
    licence: str
    texts: tuple[str, ...]


def pinned() -> tuple[tuple[Source, ...], tuple[Inside, ...]]:
    """Read sources.toml."""
    said = tomllib.loads(PINS.read_text("utf-8"))
    sources = tuple(Source(**{**fields, "texts": tuple(fields["texts"])}) for fields in said["source"])
    return sources, tuple(Inside(**{**fields, "texts": tuple(fields["texts"])}) for fields in said["inside"])


def sha256(path: Path) -> str:
    """Return a file's digest."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fetch(place: Place, sources: Sequence[Source]) -> None:
    """Have every pinned tarball, from the folder or through apt; other bytes than the pinned ones are refused."""
    place.sources.mkdir(parents=True, exist_ok=True)
    missing = [source for source in sources if not (place.sources / source.file).exists()]
    if missing:
        archive = _Archive(place)
        for source in missing:
            archive.download(source)
    for source in sources:
        found = sha256(place.sources / source.file)
        if found != source.sha256:
            what = f"has SHA-256 {found}, not the pinned {source.sha256}"
            raise BuildError(str(place.sources / source.file), what, "remove it and fetch again, or see who changed it")


def pin(place: Place, sources: Sequence[Source]) -> list[str]:
    """Take the newest versions that the archive really holds into sources.toml; return what changed, as lines."""
    place.sources.mkdir(parents=True, exist_ok=True)
    archive, text, changed = _Archive(place), PINS.read_text("utf-8"), []
    for source in sources:
        newer = archive.newest(source)
        if newer == source:
            continue
        for field in ("version", "file", "sha256"):
            text = replaced(text, source.package, field, getattr(newer, field))
        changed.append(f"{source.name} {source.version} -> {newer.version}")
    PINS.write_text(text, "utf-8")
    return changed


def replaced(text: str, package: str, field: str, value: str) -> str:
    """Set one field in the table of a package; everything else, comments too, stays as it is."""
    before = rf'(package = "{re.escape(package)}"\n(?:[^\[\n].*\n)*?{field} = )"[^"]*"'
    return re.sub(before, lambda found: f'{found[1]}"{value}"', text)


class _Archive:
    """Debian's source packages, through an apt of our own: nothing of this machine's package lists changes."""

    def __init__(self, place: Place) -> None:
        self._sources, self._folder = place.sources, place.cache / "apt"
        for part in ("state/lists/partial", "cache/archives/partial"):
            (self._folder / part).mkdir(parents=True, exist_ok=True)
        said = run("apt", ["apt-get", "indextargets", "--format", "$(LABEL) $(REPO_URI)", "Created-By: Packages"])
        mirror = next((line.split(" ", 1)[1] for line in said.splitlines() if line.startswith("Debian ")), None)
        if mirror is None:
            raise BuildError("apt", "lists no Debian archive", "run apt-get update on a Debian, or bring the sources")
        suites = "".join(f"deb-src [signed-by={KEYRING}] {mirror} {suite} main\n" for suite in SUITES.split())
        (self._folder / "sources.list").write_text(suites, "utf-8")
        self._apt("apt-get", "update", "-qq")

    def download(self, source: Source) -> None:
        """Fetch the tarball of a pinned version, whatever revision of Debian's carries it."""
        for version in self._versions(source):
            if _upstream(version) == source.version and self._take(source.package, version) == source.file:
                return
        what = f"the archive holds no {source.file} any more"
        raise BuildError(f"{PINS.name}: {source.name} {source.version}", what, RENEW)

    def newest(self, source: Source) -> Source:
        """The newest version within the series whose tarball the archive gives."""
        for version in self._versions(source):
            upstream = _upstream(version)
            if upstream.startswith(source.series) and (file := self._take(source.package, version)):
                return replace(source, version=upstream, file=file, sha256=sha256(self._sources / file))
        raise BuildError(f"{PINS.name}: {source.name}", f"nothing of the series {source.series}", "look at the archive")

    def _versions(self, source: Source) -> list[str]:
        said = self._apt("apt-cache", "showsrc", source.package)
        found = set(re.findall(r"^Version: (\S+)$", said, re.MULTILINE))
        return run("sort", ["sh", "-c", 'printf "%s\\n" "$@" | sort -Vr', "sort", *sorted(found)]).split()

    def _take(self, package: str, version: str) -> str | None:
        """Download one version's tarball into the folder of sources; None when the archive has lost it."""
        fresh = self._folder / "download"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir()
        try:
            self._apt(
                "apt-get", "source", "--download-only", "--tar-only", "-qq", f"{package}={version}", cwd=str(fresh)
            )
        except BuildError:
            return None
        tars = [path for path in fresh.iterdir() if re.search(r"\.orig\.tar\.\w+$", path.name)]
        if len(tars) != 1:
            return None
        shutil.move(tars[0], self._sources / tars[0].name)
        return tars[0].name

    def _apt(self, program: str, *words: str, cwd: str | None = None) -> str:
        folder = self._folder
        settings = {
            "Dir::State": folder / "state",
            "Dir::Cache": folder / "cache",
            "Dir::Etc::sourcelist": folder / "sources.list",
            "Dir::Etc::sourceparts": "/dev/null",
            "Dir::State::status": "/dev/null",
            "APT::Sandbox::User": "root",
        }
        options = [word for key, value in settings.items() for word in ("-o", f"{key}={value}")]
        return run("apt", [program, *options, *words], cwd=Path(cwd) if cwd else None)


def _upstream(version: str) -> str:
    """The upstream part of Debian's EPOCH:UPSTREAM-REVISION."""
    return version.partition(":")[2].rpartition("-")[0] if ":" in version else version.rpartition("-")[0]
