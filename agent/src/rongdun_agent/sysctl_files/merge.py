"""Which line sets a parameter in the end, when the lines of all files are taken together."""

from collections.abc import Callable, Iterable

from rongdun_agent.setting import Setting
from rongdun_agent.sysctl_files.keys import is_pattern
from rongdun_agent.sysctl_files.lines import Line


def merge(
    lines: Iterable[Line], expand: Callable[[str], Iterable[str]], *, by_systemd: bool = True
) -> dict[str, Setting]:
    """Settings by path below /proc/sys.

    A pattern leaves out every key that has a line of its own, be it only to spare it; of two patterns the later one
    counts. Of several lines for one key the last one counts. It stands where it stands among all lines, except that
    systemd-sysctl(8) leaves one that only repeats the value at the place of the first, and takes a line that spares a
    key for the key's last line, which for sysctl(8) is only a remark to patterns.
    """
    row: dict[str, Line] = {}
    spared: set[str] = set()
    lost: dict[str, tuple[str, ...]] = {}
    for line in lines:
        if line.value is None and not by_systemd:
            spared.add(line.path)
            continue
        before = row.get(line.path)
        if before is not None:
            lost[line.path] = (*lost.get(line.path, ()), before.where)
            if before.value != line.value or not by_systemd:
                del row[line.path]
        row[line.path] = line
    found: dict[str, Setting] = {}
    for path, line in row.items():
        if line.value is None:
            continue
        for key in _keys(path, expand, spared | row.keys()):
            found[key] = Setting(line.value, line.where, lost.get(path, ())).over(found.get(key))
    return found


def _keys(path: str, expand: Callable[[str], Iterable[str]], own: set[str]) -> Iterable[str]:
    return (key for key in expand(path) if key not in own) if is_pattern(path) else (path,)
