"""The folder of schemes: what is good in it can be used, what is broken is told and hides nothing."""

from __future__ import annotations

from pathlib import Path

from rongdun_collector.drill.schemes import CARRIED, read_shelf, without_points
from tests.collector.drill.scoring.conftest import SCHEMES
from tests.collector.drill.scoring.test_scheme_files import GOOD


def test_the_collector_carries_the_schemes_of_the_repository_byte_for_byte() -> None:
    """A drill pins the digest of the bytes, so a copy that is almost the same is another scheme."""
    carried = read_shelf(None)
    shipped = read_shelf(SCHEMES)
    assert shipped.schemes
    assert carried == shipped, f"run `make content`: {CARRIED}"


def test_a_broken_file_hides_no_other(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(GOOD)
    (tmp_path / "b.yaml").write_text(GOOD.replace("missed: -20", "missed: 20"))
    (tmp_path / "c.yaml").write_text(GOOD + "# the same id again\n")
    shelf = read_shelf(tmp_path)
    assert list(shelf.schemes) == ["small"]
    assert shelf.schemes["small"].data == GOOD.encode()
    assert [(Path(one.file).name, one.line) for one in shelf.problems] == [("b.yaml", 7), ("c.yaml", 0)]


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    """Else a slip in a setting would look like a collector without schemes."""
    assert [str(one) for one in read_shelf(tmp_path / "shcemes").problems] == [
        f"{tmp_path}/shcemes: is no folder: name the folder of your schemes"
    ]


def test_severities_without_points_are_known_before_a_drill_begins() -> None:
    scheme = read_shelf(SCHEMES).schemes["first-drill"].scheme
    assert without_points(scheme, ["low", "high", "low"]) == ("low",)
    assert without_points(scheme, ["critical"]) == ()
