"""Units and systems from spreadsheets: every mistake with its row, its column and a remedy; all rows or none."""

from __future__ import annotations

from pathlib import Path

import pytest

from rongdun_collector.register_files import Reading, read_register
from rongdun_collector.store.register import System, Unit

SAMPLES = Path(__file__).parents[2] / "deploy/samples"
UNITS = "id,name,contact\ngaj,市公安局,林工\nwjw,市卫健委,\n"
SYSTEMS = "id,name,unit,level,critical\nxl,雪亮工程,gaj,4,yes\nryt,榕医通,市卫健委,3,\n"


def read(tmp_path: Path, *texts: str | bytes, units: tuple[Unit, ...] = ()) -> Reading:
    paths = []
    for number, text in enumerate(texts):
        path = tmp_path / f"file-{number}.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        paths.append(path)
    return read_register(paths, units, ())


def problems(tmp_path: Path, *texts: str | bytes, units: tuple[Unit, ...] = ()) -> list[str]:
    found = read(tmp_path, *texts, units=units)
    return [str(one).removeprefix(f"{tmp_path}/") for one in found.problems]


def test_the_sample_is_in_order() -> None:
    found = read_register([SAMPLES / "units.csv", SAMPLES / "systems.csv"], [], [])
    assert found.problems == []
    assert (len(found.units), len(found.systems)) == (17, 29)
    assert {one.unit for one in found.systems} <= {one.id for one in found.units}


def test_units_and_systems_are_told_by_their_head_in_any_order(tmp_path: Path) -> None:
    found = read(tmp_path, SYSTEMS, UNITS)
    assert found.problems == []
    assert found.units == [Unit("gaj", "市公安局", "林工"), Unit("wjw", "市卫健委", None)]
    assert found.systems == [System("xl", "雪亮工程", "gaj", 4, critical=True), System("ryt", "榕医通", "wjw", 3)]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(UNITS.encode("utf-8-sig"), id="UTF-8 with a mark"),
        pytest.param(UNITS.encode("gb18030"), id="GB 18030"),
        pytest.param(UNITS.replace("\n", "\r\n").encode(), id="line ends of Windows"),
        pytest.param("编号,名称,联系方式\ngaj,市公安局,林工\nwjw,市卫健委,\n".encode(), id="a Chinese head"),
        pytest.param(
            "\ufeffname,id,contact\n市公安局, gaj ,林工\n\n市卫健委,wjw\n,,\n".encode(), id="other order, blanks"
        ),
    ],
)
def test_files_are_read_as_spreadsheets_write_them(tmp_path: Path, text: bytes) -> None:
    found = read(tmp_path, text)
    assert found.problems == []
    assert found.units == [Unit("gaj", "市公安局", "林工"), Unit("wjw", "市卫健委", None)]


def test_levels_and_yes_may_be_chinese(tmp_path: Path) -> None:
    text = "编号,名称,责任单位,等级,关键信息基础设施\nxl,雪亮工程,市公安局,四级,是\nb,乙,gaj,二级,否\n"
    found = read(tmp_path, UNITS, text)
    assert found.problems == []
    assert [(one.level, one.critical) for one in found.systems] == [(4, True), (2, False)]


def test_what_the_register_has_already_may_be_named(tmp_path: Path) -> None:
    found = read(tmp_path, "id,name,unit,level\nxl,雪亮工程,市公安局,4\n", units=(Unit("gaj", "市公安局"),))
    assert found.problems == []


def test_two_entries_may_swap_their_names(tmp_path: Path) -> None:
    known = (Unit("a", "甲"), Unit("b", "乙"))
    assert read(tmp_path, "id,name\na,乙\nb,甲\n", units=known).problems == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("", ["file-0.csv:1: the head has no column id, name: write id,name,contact"], id="nothing"),
        pytest.param("id,contact\n", ["file-0.csv:1: the head has no column name"], id="no name column"),
        pytest.param("id,name,phone\n", ["file-0.csv:1: the head has phone"], id="a strange column"),
        pytest.param("id,name,name\n", ["file-0.csv:1: the head has a column twice"], id="a column twice"),
        pytest.param("id,name\n,甲\n", ["file-0.csv:2: id: is empty"], id="no id"),
        pytest.param("id,name\na b,甲\n", ["file-0.csv:2: id: 'a b' cannot be an id"], id="an id with a blank"),
        pytest.param("id,name\na,\n", ["file-0.csv:2: name: is empty"], id="no name"),
        pytest.param("id,name\na,甲\na,乙\n", ["file-0.csv:3: id: 'a' stands in line 2 already"], id="an id twice"),
        pytest.param("id,name\na,甲\nb,甲\n", ["csv:3: name: '甲' is the name of 'a' already"], id="a name twice"),
        pytest.param("id,name\na,甲,x,y\n", ["file-0.csv:2: has 4 cells: write 2"], id="too many cells"),
        pytest.param('id,name\na,"甲\n', ["file-0.csv:2: is no CSV"], id="an open quote"),
        pytest.param('id,name\na,"甲\n乙"\n', ["csv:3: name: has a control character"], id="a name of two lines"),
        pytest.param(
            "id,name\n,\nx y,\n",
            ["file-0.csv:3: id: 'x y'", "file-0.csv:3: name: is empty"],
            id="several mistakes are all told",
        ),
        pytest.param(
            "id,name,unit,level,critical\na,甲,nobody,5,maybe\n",
            ["unit: there is no unit 'nobody'", "level: '5' is no level: write 2, 3 or 4", "critical: 'maybe'"],
            id="a system that is all wrong",
        ),
        pytest.param(b"\xff\xfe\x00", ["is neither UTF-8 nor GB 18030"], id="no text at all"),
    ],
)
def test_a_mistake_is_told_with_row_column_and_remedy(tmp_path: Path, text: str | bytes, says: list[str]) -> None:
    found = problems(tmp_path, text)
    assert len(found) == len(says), found
    for problem, expected in zip(found, says, strict=True):
        assert expected in problem
        assert problem.count(": ") >= 2


def test_a_name_that_the_register_has_under_another_id_is_refused(tmp_path: Path) -> None:
    [problem] = problems(tmp_path, "id,name\npolice,市公安局\n", units=(Unit("gaj", "市公安局"),))
    assert "the register has it as 'gaj': use that id instead of 'police'" in problem


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    [problem] = read_register([tmp_path / "nowhere.csv"], [], []).problems
    assert "nowhere.csv: cannot be read: No such file" in str(problem)
