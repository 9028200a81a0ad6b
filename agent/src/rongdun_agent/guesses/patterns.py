"""What people make of a name when they are told to have capitals, digits and signs in a password."""

from collections.abc import Iterator

_TAILS = (
    *("1", "12", "123", "1234", "12345", "123456", "888", "666", "520", "!", "!@#", "123!", "123!@#", "#123", "_123"),
    *("@1", "@12", "@123", "@1234", "@12345", "@123456", "@888", "@666", "@", ".123", "12#$", "001", "000"),
)
_YEARS_BACK = 5


def made_of(name: str, year: int) -> Iterator[str]:
    """The name, turned and doubled, and with the usual tails and the years up to this one."""
    if not name:
        return
    yield from dict.fromkeys((name, name.lower(), name.capitalize(), name.upper()))
    for base in dict.fromkeys((name, name.capitalize())):
        yield from (base + tail for tail in _TAILS)
        for past in range(_YEARS_BACK + 1):
            yield from (f"{base}{sign}{year - past}" for sign in ("", "@", "#"))
    yield from (name[::-1], name * 2, f"123{name}", f"123@{name}", f"abc{name}")
