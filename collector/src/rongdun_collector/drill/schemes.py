"""The schemes that a drill can be opened with: those in a folder of the organiser's, else those that come along."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from rongdun_collector.drill.scoring import Scheme, parse_scheme
from rongdun_contract.rules.problems import PackError, Problem, Report
from rongdun_contract.rules.source import read_bytes

CARRIED = Path(str(files("rongdun_collector.content"))) / "schemes"


@dataclass(frozen=True, slots=True)
class SchemeFile:
    """A scheme and the bytes that it was read from; a drill keeps these, for its points must be recomputable."""

    scheme: Scheme
    data: bytes


@dataclass(frozen=True, slots=True)
class Shelf:
    """All schemes of a folder by id, and what is wrong with the files that are none."""

    schemes: Mapping[str, SchemeFile]
    problems: tuple[Problem, ...]


def read_shelf(folder: Path | None) -> Shelf:
    """Read every `*.yaml` of a folder (None: those that come along); a broken file hides no other."""
    found: dict[str, SchemeFile] = {}
    problems: list[Problem] = []
    if folder is not None and not folder.is_dir():
        problems.append(Problem(str(folder), 0, "", "is no folder", "name the folder of your schemes"))
    for path in sorted((folder or CARRIED).glob("*.yaml")):
        try:
            one = read_scheme_file(path)
        except PackError as error:
            problems += error.problems
            continue
        if one.scheme.id in found:
            what = f"the scheme `{one.scheme.id}` is there already, in another file"
            problems.append(Problem(str(path), 0, "scheme.id", what, "give each an id of its own"))
        else:
            found[one.scheme.id] = one
    return Shelf(found, tuple(problems))


def read_scheme_file(path: Path) -> SchemeFile:
    """A scheme and its bytes, read once; raises PackError with every mistake."""
    report = Report(str(path))
    data = read_bytes(path, report)
    if data is None:
        raise PackError(report.problems)
    return SchemeFile(parse_scheme(data, str(path)), data)


def without_points(scheme: Scheme, severities: Iterable[str]) -> tuple[str, ...]:
    """The severities among these that the scheme gives no points for: whoever opens a drill should know them."""
    return tuple(sorted(set(severities) - scheme.auto.points.keys()))
