"""Units and systems from CSV, as spreadsheets write it; every mistake with its row, its column and a remedy."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from rongdun_collector.errors import CollectorError
from rongdun_collector.store.register import System, Unit

MAX_BYTES = 16 * 2**20
UNIT_COLUMNS = ("id", "name", "contact")
SYSTEM_COLUMNS = ("id", "name", "unit", "level", "critical")
LEVELS = {"2": 2, "3": 3, "4": 4, "二级": 2, "三级": 3, "四级": 4}
YES_NO = {"": False, "no": False, "false": False, "0": False, "否": False} | dict.fromkeys(
    ("yes", "true", "1", "是"), True
)
CHINESE = {
    "编号": "id",
    "名称": "name",
    "联系方式": "contact",
    "责任单位": "unit",
    "等级": "level",
    "关键信息基础设施": "critical",
}
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")
_LONGEST_NAME = 128


class Row(NamedTuple):
    """A line of a file: where it is, and its cells by column."""

    file: str
    line: int
    cells: Mapping[str, str]


@dataclass
class Reading:
    """What was read, and all that is wrong with it; nothing is to be used where something is wrong."""

    units: list[Unit] = field(default_factory=list)
    systems: list[System] = field(default_factory=list)
    problems: list[CollectorError] = field(default_factory=list)

    def wrong(self, row: Row, column: str, what: str, remedy: str) -> None:
        """Note a mistake."""
        self.problems.append(CollectorError(f"{row.file}:{row.line}: {column}", what, remedy))


def read_register(files: Iterable[Path], units: Sequence[Unit], systems: Sequence[System]) -> Reading:
    """Read files of units and of systems; `units` and `systems` are those that the register has already."""
    reading = Reading()
    unit_rows: list[Row] = []
    system_rows: list[Row] = []
    for path in files:
        try:
            columns, rows = _rows(path)
        except CollectorError as error:
            reading.problems.append(error)
            continue
        (system_rows if columns == SYSTEM_COLUMNS else unit_rows).extend(rows)
    _names_and_ids(reading, unit_rows, {unit.id: unit.name for unit in units})
    reading.units = [_unit(row) for row in unit_rows]
    by_word = {word: unit.id for unit in (*units, *reading.units) for word in (unit.id, unit.name)}
    _names_and_ids(reading, system_rows, {system.id: system.name for system in systems})
    reading.systems = [one for row in system_rows if (one := _system(reading, row, by_word)) is not None]
    return reading


def _unit(row: Row) -> Unit:
    return Unit(row.cells["id"], row.cells["name"], row.cells["contact"] or None)


def _system(reading: Reading, row: Row, units: Mapping[str, str]) -> System | None:
    unit = units.get(row.cells["unit"])
    level = LEVELS.get(row.cells["level"])
    critical = YES_NO.get(row.cells["critical"].lower())
    if unit is None:
        what = f"there is no unit {row.cells['unit']!r}" if row.cells["unit"] else "is empty"
        reading.wrong(row, "unit", what, "write the id or name of a unit, and bring units in first or together")
    if level is None:
        reading.wrong(row, "level", f"{row.cells['level']!r} is no level", "write 2, 3 or 4")
    if critical is None:
        reading.wrong(row, "critical", f"{row.cells['critical']!r} is neither yes nor no", "write yes or no (是, 否)")
    if unit is None or level is None or critical is None:
        return None
    return System(row.cells["id"], row.cells["name"], unit, level, critical)


def _names_and_ids(reading: Reading, rows: Sequence[Row], known: Mapping[str, str]) -> None:
    """Each id and each name stands for one entry, in the files and together with what the register has."""
    ids: dict[str, Row] = {}
    names: dict[str, str] = {}
    for row in rows:
        entry, name = row.cells["id"], row.cells["name"]
        if not _ID.fullmatch(entry):
            what = f"{entry!r} cannot be an id" if entry else "is empty"
            reading.wrong(row, "id", what, "write up to 32 letters, digits and . _ -")
        elif entry in ids:
            reading.wrong(row, "id", f"{entry!r} stands in line {ids[entry].line} already", "give each its own id")
        if not 1 <= len(name) <= _LONGEST_NAME:
            what = "is empty" if not name else f"has more than {_LONGEST_NAME} characters"
            reading.wrong(row, "name", what, "write its name")
        elif names.setdefault(name, entry) != entry:
            reading.wrong(row, "name", f"{name!r} is the name of {names[name]!r} already", "give each its own name")
        ids.setdefault(entry, row)
    after = dict(known) | {entry: row.cells["name"] for entry, row in ids.items()}
    for entry, row in ids.items():
        others = [other for other, name in after.items() if name == row.cells["name"] and other not in ids]
        if others and row.cells["name"]:
            reading.wrong(row, "name", f"the register has it as {others[0]!r}", f"use that id instead of {entry!r}")


def _rows(path: Path) -> tuple[tuple[str, ...], list[Row]]:
    lines = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    try:
        head = next(lines, [])
        columns, places = _columns(path, [cell.strip() for cell in head])
        rows = [_row(path, lines.line_num, columns, places, cells) for cells in lines if any(map(str.strip, cells))]
    except csv.Error as error:
        raise CollectorError(
            f"{path}:{lines.line_num}", f"is no CSV: {error}", "save it again as CSV, UTF-8"
        ) from error
    return columns, rows


def _row(path: Path, line: int, columns: tuple[str, ...], places: Mapping[str, int], cells: list[str]) -> Row:
    if len(cells) > len(places):
        raise CollectorError(f"{path}:{line}", f"has {len(cells)} cells", f"write {len(places)}, as in the head")
    values = {name: cells[at].strip() if at < len(cells) else "" for name, at in places.items()}
    for name, value in values.items():
        if re.search(r"[\x00-\x1f\x7f]", value):
            raise CollectorError(
                f"{path}:{line}: {name}", "has a control character", "write it on one line, as plain text"
            )
    return Row(str(path), line, dict.fromkeys(columns, "") | values)


def _columns(path: Path, head: list[str]) -> tuple[tuple[str, ...], dict[str, int]]:
    names = [CHINESE.get(cell, cell.lower()) for cell in head]
    columns = SYSTEM_COLUMNS if "level" in names else UNIT_COLUMNS
    needed = {"id", "name", "unit", "level"} if columns == SYSTEM_COLUMNS else {"id", "name"}
    missing, strange = sorted(needed - set(names)), [name for name in names if name not in columns]
    remedy = f"write {','.join(UNIT_COLUMNS)} or {','.join(SYSTEM_COLUMNS)}"
    if missing:
        raise CollectorError(f"{path}:1", f"the head has no column {', '.join(missing)}", remedy)
    if strange or len(set(names)) < len(names):
        raise CollectorError(f"{path}:1", f"the head has {', '.join(strange) or 'a column twice'}", remedy)
    return columns, {name: at for at, name in enumerate(names)}


def _text(path: Path) -> str:
    """The file's text; spreadsheets write UTF-8 with a mark, or GB 18030."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CollectorError(str(path), f"cannot be read: {error.strerror}", "name a CSV file") from error
    if len(data) > MAX_BYTES:
        raise CollectorError(str(path), f"is larger than {MAX_BYTES} bytes", "split it")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise CollectorError(str(path), "is neither UTF-8 nor GB 18030", "save it again as CSV, UTF-8")
