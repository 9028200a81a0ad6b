"""The licence texts of all that a package carries, and the list of it (CycloneDX), both part of the package."""

import json
import re
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email import message_from_string
from pathlib import Path

from deploy.packages.errors import BuildError
from deploy.packages.place import HOUSE, PREFIX, Place
from deploy.packages.sources import Inside, Source
from deploy.packages.wheels import Wheel

FOLDER = PREFIX / "licences"
PARTS_OF_CPYTHON = "Misc/sbom.spdx.json"
NOT_SHIPPED = {"macholib"}
"""Of CPython's own parts; it reads the libraries of another system."""
_TEXT = re.compile(r"(licen[cs]e|copying|notice|authors)", re.IGNORECASE)
_NAMES = {"MIT License": "MIT", "Apache Software License": "Apache-2.0"}
_SPDX = re.compile(r"[A-Za-z0-9.+-]+")


@dataclass(frozen=True)
class Part:
    """One thing that a package carries; `texts` by file name; `sha256` of the archive that it came in, if any."""

    name: str
    version: str
    licence: str
    sha256: str | None
    texts: Mapping[str, bytes]


def of_sources(place: Place, sources: Sequence[Source], inside: Sequence[Inside]) -> list[Part]:
    """What is linked into the interpreter: upstream's tarballs, and what CPython's carries of others."""
    parts = []
    for source in sources:
        with tarfile.open(place.sources / source.file) as archive:
            top = archive.next().name.split("/")[0]  # type: ignore[union-attr] # a pinned tarball is not empty
            parts.append(
                Part(source.name, source.version, source.licence, source.sha256, _texts(archive, top, source.texts))
            )
            if source.name == "CPython":
                parts += _inside(archive, top, inside)
    return parts


def _inside(archive: tarfile.TarFile, top: str, inside: Sequence[Inside]) -> list[Part]:
    """What CPython itself says it carries must be exactly what sources.toml knows the licences of."""
    said = {p["name"]: p["versionInfo"] for p in json.loads(_read(archive, top, PARTS_OF_CPYTHON))["packages"]}
    known = {part.name for part in inside}
    if set(said) - NOT_SHIPPED != known:
        what = f"CPython carries {sorted(set(said) - NOT_SHIPPED)}, and here stand {sorted(known)}"
        raise BuildError("sources.toml: inside", what, "look up the licences of what came new, drop what went")
    return [Part(p.name, said[p.name], p.licence, None, _texts(archive, top, p.texts)) for p in inside]


def of_compiler(place: Place) -> Part:
    """The compiler's run-time routines, which it puts into what it links."""
    folder = place.zig / "ziglang"
    info = next(place.zig.glob("ziglang-*.dist-info"))
    texts = {"LICENSE": (folder / "LICENSE").read_bytes()}
    return Part("zig (compiler run-time)", info.name.split("-")[1].removesuffix(".dist"), "MIT", None, texts)


def of_wheels(site: Path, wheels: Sequence[Wheel]) -> list[Part]:
    """What lies in site-packages, by the metadata of each wheel."""
    return [_of_wheel(site, wheel) for wheel in wheels]


def _of_wheel(site: Path, wheel: Wheel) -> Part:
    name = re.sub(r"[-_.]+", "_", wheel.name)
    found = [p for p in site.glob("*.dist-info") if p.name.lower() == f"{name}-{wheel.version}.dist-info".lower()]
    if not found:
        raise BuildError(str(site), f"holds no metadata of {wheel.name} {wheel.version}", "see what pip installed")
    metadata = message_from_string((found[0] / "METADATA").read_text("utf-8"))
    texts = {
        str(path.relative_to(found[0])).replace("licenses/", "").replace("/", "-"): path.read_bytes()
        for path in sorted(found[0].rglob("*"))
        if path.is_file() and (path.parent.name == "licenses" or _TEXT.search(path.name))
    }
    own = wheel.name.startswith("rongdun-")
    texts = texts or ({"LICENSE": (HOUSE / "LICENSE").read_bytes()} if own else {})
    classified = _of_classifiers(metadata.get_all("Classifier"))
    licence = metadata.get("License-Expression") or metadata.get("License") or classified
    return Part(wheel.name, wheel.version, _NAMES.get(licence, licence), wheel.sha256, texts)


def _of_classifiers(classifiers: Sequence[str] | None) -> str:
    names = [line.split(" :: ")[-1] for line in classifiers or () if line.startswith("License")]
    return _NAMES.get(names[-1], names[-1]) if names else ""


def write(parts: Sequence[Part], root: Path, package: str, version: str) -> None:
    """Write each part's texts and the list of all; a part without licence or text is refused."""
    for part in parts:
        if not part.licence or not part.texts:
            raise BuildError(f"{part.name} {part.version}", "comes without licence or its text", "find and name it")
        folder = root / FOLDER / re.sub(r"[^\w.+-]+", "-", f"{part.name}-{part.version}").strip("-")
        folder.mkdir(parents=True, exist_ok=True)
        for name, words in part.texts.items():
            (folder / name).write_bytes(words)
    listed = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": package, "version": version}},
        "components": [_component(part) for part in sorted(parts, key=lambda part: part.name.lower())],
    }
    text = json.dumps(listed, indent=2, ensure_ascii=False) + "\n"
    (root / FOLDER / f"{package}.cdx.json").write_text(text, "utf-8")


def _component(part: Part) -> dict[str, object]:
    licence = {"license": {"id": part.licence}} if _SPDX.fullmatch(part.licence) else {"expression": part.licence}
    hashes = [{"alg": "SHA-256", "content": part.sha256}] if part.sha256 else []
    found: dict[str, object] = {"type": "library", "name": part.name, "version": part.version, "licenses": [licence]}
    return found | ({"hashes": hashes} if hashes else {})


def _texts(archive: tarfile.TarFile, top: str, names: Sequence[str]) -> dict[str, bytes]:
    return {name.replace("/", "-"): _top_comment(name, _read(archive, top, name)) for name in names}


def _read(archive: tarfile.TarFile, top: str, name: str) -> bytes:
    try:
        file = archive.extractfile(f"{top}/{name}")
    except KeyError:
        file = None
    if file is None:
        raise BuildError(str(archive.name), f"holds no {name}", "correct `texts` in sources.toml")
    return file.read()


def _top_comment(name: str, content: bytes) -> bytes:
    """Of a C file the comment that it begins with, of any other file all."""
    if not name.endswith((".h", ".c")):
        return content
    return content[: content.index(b"*/") + 2] + b"\n"
