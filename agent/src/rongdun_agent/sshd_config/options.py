"""What has been set so far, where, and what lost against it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from rongdun_contract.facts import Unknown

UNDECIDED = Unknown(unknown="undecided")
"""In a value's place: everything was readable, but it does not determine one answer."""


class ConfigError(Exception):
    """The daemon would refuse to start; `where` is `path:line` or what else it would complain about."""

    def __init__(self, where: str, what: str) -> None:
        """Both are kept for the facts."""
        super().__init__(f"{where}: {what}")


@dataclass(slots=True)
class Setting:
    """A value, the places it was taken from, and the places that spoke of the same keyword in vain."""

    value: Any
    where: list[str]
    lost: list[str] = field(default_factory=list)


class Options:
    """Settings by name: the fields of the facts, and dotted names for parts that are set one by one."""

    def __init__(self) -> None:
        """Nothing is set."""
        self.settings: dict[str, Setting] = {}

    def get(self, name: str) -> Any:  # noqa: ANN401 - a setting is of its keyword's own type
        """The value, or None when nothing set it."""
        setting = self.settings.get(name)
        return None if setting is None else setting.value

    def first(self, name: str, value: object, where: str) -> None:
        """Set what is not set yet; who comes later loses."""
        setting = self.settings.get(name)
        if setting is None:
            self.settings[name] = Setting(value, [where])
        else:
            setting.lost.append(where)

    def last(self, name: str, value: object, where: str) -> None:
        """Set, whatever was there."""
        earlier = self.settings.get(name)
        lost = [] if earlier is None else [*earlier.lost, *earlier.where]
        self.settings[name] = Setting(value, [where], lost)

    def add(self, name: str, values: Iterable[str], where: str) -> None:
        """Lengthen a list."""
        setting = self.settings.setdefault(name, Setting((), []))
        added = tuple(values)
        setting.value += added
        setting.where += [where] * len(added)

    def default(self, name: str, value: object, where: str) -> None:
        """Set what nobody spoke of."""
        if name not in self.settings:
            self.settings[name] = Setting(value, [where])

    def change(self, name: str, convert: Callable[[Any], object]) -> None:
        """Rewrite a known value in its place, its sources kept."""
        setting = self.settings.get(name)
        if setting is not None and not isinstance(setting.value, Unknown):
            setting.value = convert(setting.value)

    def override(self, name: str, by: Setting) -> None:
        """A Match block's setting takes the place of the global one."""
        earlier = self.settings.get(name)
        lost = [] if earlier is None else [*earlier.lost, *earlier.where]
        self.settings[name] = Setting(by.value, list(by.where), [*lost, *by.lost])

    def copy(self) -> "Options":
        """Settings that can be changed without changing these."""
        twin = Options()
        twin.settings = {
            name: Setting(setting.value, list(setting.where), list(setting.lost))
            for name, setting in self.settings.items()
        }
        return twin
