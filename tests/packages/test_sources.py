"""The pins: what is built from is what somebody looked at, byte for byte."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from deploy.packages import licences
from deploy.packages.errors import BuildError
from deploy.packages.place import HOUSE, Place
from deploy.packages.sources import PINS, Source, fetch, pinned, replaced, sha256


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Return folders for a build of nothing."""
    found = Place(tmp_path / "cache", tmp_path / "out", 0)
    found.sources.mkdir(parents=True)
    return found


def source(place: Place, content: bytes) -> Source:
    """Return a pin of a file that lies in the folder of sources already, as on a machine without network."""
    (place.sources / "part_1.0.orig.tar.gz").write_bytes(content)
    digest = sha256(place.sources / "part_1.0.orig.tar.gz")
    return Source("part", "part", "", "1.0", "part_1.0.orig.tar.gz", digest, "MIT", ("LICENSE",))


def test_a_file_that_is_what_was_pinned_is_taken_without_network(place: Place) -> None:
    fetch(place, [source(place, b"as it was")])


def test_other_bytes_under_the_same_name_are_refused(place: Place) -> None:
    """A mirror that was broken into must stop the build, not end up on ten thousand hosts."""
    wanted = source(place, b"as it was")
    (place.sources / wanted.file).write_bytes(b"as it never was")
    with pytest.raises(BuildError, match=f"not the pinned {wanted.sha256}"):
        fetch(place, [wanted])


def test_every_pin_is_whole() -> None:
    sources, inside = pinned()
    assert {"CPython", "OpenSSL", "zlib", "libffi", "liblzma", "bzip2", "SQLite"} == {one.name for one in sources}
    for one in sources:
        assert re.fullmatch(r"[0-9a-f]{64}", one.sha256), one.name
        assert one.file.startswith(f"{one.package}_{one.version}.orig.tar."), one.name
        assert one.version.startswith(one.series), one.name
    assert all(part.licence and part.texts for part in (*sources, *inside))


@pytest.mark.parametrize("field", ["version", "file", "sha256"])
def test_pinning_anew_changes_one_field_of_one_source(field: str) -> None:
    """Comments and all the other pins have to stay."""
    before = PINS.read_text("utf-8")
    after = replaced(before, "zlib", field, "something-new")
    changed = [line for line in after.splitlines() if line not in before.splitlines()]
    assert changed == [f'{field} = "something-new"']
    assert len(after.splitlines()) == len(before.splitlines())


@pytest.mark.parametrize("kind", ["bundle", "discovery", "compiler"])
def test_every_wheel_is_pinned_by_version_and_hash(kind: str) -> None:
    text = (HOUSE / f"requirements/{kind}.txt").read_text("utf-8")
    wheels = re.findall(r"^[a-z0-9._-]+==\S+ \\\n(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+", text, re.MULTILINE)
    assert len(wheels) == text.count("==") > 0


@pytest.mark.parametrize("kind", ["bundle", "discovery"])
def test_hosts_get_the_versions_that_the_tests_run_with(kind: str) -> None:
    pins = [set(re.findall(r"^([a-z0-9._-]+==\S+)", text(name), re.MULTILINE)) for name in (kind, "run")]
    assert pins[0] <= pins[1]


def text(kind: str) -> str:
    return (HOUSE / f"requirements/{kind}.txt").read_text("utf-8")


def test_a_part_without_its_licence_text_stops_the_build(tmp_path: Path) -> None:
    part = licences.Part("part", "1.0", "MIT", None, {})
    with pytest.raises(BuildError, match=r"part 1\.0: comes without licence or its text"):
        licences.write([part], tmp_path, "package", "1")
