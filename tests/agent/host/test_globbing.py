"""Patterns mean what they mean to the C library, whose own answers are asked here."""

import ctypes
import ctypes.util
import os

import pytest

FILES = [
    "/d/a.conf",
    "/d/b.conf",
    "/d/B.conf",
    "/d/.hidden.conf",
    "/d/a]b",
    "/d/a-b",
    "/d/a[b",
    "/d/x1",
    "/d/x2/y",
    "/d/x3/y",
    "/d/x3/.z",
    "/d/é",
    "/d/back\\slash",
    "/d/new\nline",
    "/d/a*b",
    "/d/a!b",
    "/e/f/g",
]


class _GlobT(ctypes.Structure):
    _fields_ = (
        ("gl_pathc", ctypes.c_size_t),
        ("gl_pathv", ctypes.POINTER(ctypes.c_char_p)),
        ("gl_offs", ctypes.c_size_t),
        ("rest", ctypes.c_char * 256),
    )


def _libc_glob(root: str, pattern: str) -> tuple[str, ...]:
    libc = ctypes.CDLL(ctypes.util.find_library("c") or "libc.so.6")
    found = _GlobT()
    libc.glob(os.fsencode(root + pattern), 0, None, ctypes.byref(found))
    paths = tuple(os.fsdecode(found.gl_pathv[n]).removeprefix(root) for n in range(found.gl_pathc))
    libc.globfree(ctypes.byref(found))
    return paths


@pytest.mark.parametrize(
    "pattern",
    [
        "/d/*.conf",
        "/d/*",
        "/d/.*conf",
        "/d/?.conf",
        "/d/[ab].conf",
        "/d/[!a].conf",
        "/d/[^a].conf",
        "/d/[a-z].conf",
        "/d/[[:upper:]].conf",
        "/d/[![:upper:]].conf",
        "/d/a[]]b",
        "/d/a[!]]b",
        "/d/a[b",
        "/d/a[[]b",
        "/d/a\\*b",
        "/d/a[*]b",
        "/d/a[a-]b",
        "/d/a[!x]b",
        "/d/a[z-a]b",
        "/d/x*/y",
        "/d/x*/*",
        "/*/f/g",
        "/*/*",
        "/d/x1/*",
        "/d/none*",
        "/none/*",
        "/d/back\\\\slash",
        "/d/new*",
        "/d/**.conf",
        "/d/dangling*",
        "/d/dangling",
        "/d/link/*",
        "/d/a.conf",
        "/d/a.co[n]f",
        "/d/*.co?f",
        "/d/[",
        "/d/[[:nonsense:]]x",
        "/d/x[0-9]",
        "/d/x[[:digit:]]",
    ],
)
def test_a_pattern_finds_what_the_c_library_finds(make_host, pattern, monkeypatch):
    monkeypatch.setenv("LC_ALL", "C")
    host = make_host(dict.fromkeys(FILES, "") | {"/d/dangling": {"symlink": "/nowhere"}, "/d/link": {"symlink": "x3"}})
    assert host.glob(pattern) == _libc_glob(str(host.on_disk("/")).rstrip("/"), pattern)


def test_a_long_row_of_stars_takes_no_time(make_host):
    """A pattern comes from a configuration file, and that file from whoever may write it."""
    host = make_host({"/d/" + "a" * 200: ""})
    with host.budget(5):
        assert host.glob("/d/" + "*a" * 20 + "b") == ()
