"""What the kernel lists cannot be hidden by a library that is preloaded into the agent."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rongdun_agent.host.kernel_listing import list_names

HIDES = r"""
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <string.h>
struct dirent *readdir(DIR *d) {
    struct dirent *(*real)(DIR *) = dlsym(RTLD_NEXT, "readdir"), *e;
    while ((e = real(d)) && !strcmp(e->d_name, "hidden")) {}
    return e;
}
struct dirent64 *readdir64(DIR *d) {
    struct dirent64 *(*real)(DIR *) = dlsym(RTLD_NEXT, "readdir64"), *e;
    while ((e = real(d)) && !strcmp(e->d_name, "hidden")) {}
    return e;
}
"""
LISTS = """
import os, sys
from rongdun_agent.host import Host
from rongdun_agent.host.kernel_listing import list_names
print(sorted(os.listdir(sys.argv[1])), list(Host().list_by_kernel(sys.argv[1])))
"""


def test_every_name_is_listed_once(tmp_path: Path) -> None:
    """More than fits one buffer, with names of every length that the kernel pads differently."""
    names = {f"{n:0{n % 200 + 4}d}" for n in range(700)}
    for name in names:
        (tmp_path / name).touch()
    fd = os.open(tmp_path, os.O_RDONLY)
    found = list_names(fd)
    os.close(fd)
    assert len(found) == len(names)
    assert set(found) == {os.fsencode(name) for name in names}


@pytest.mark.parametrize("what", ["a file", "a descriptor that is closed"])
def test_a_failure_is_an_error_not_an_empty_directory(tmp_path: Path, what: str) -> None:
    (tmp_path / "file").touch()
    fd = os.open(tmp_path / "file", os.O_RDONLY)
    if what != "a file":
        os.close(fd)
    with pytest.raises(OSError, match=r"directory|descriptor"):
        list_names(fd)


def test_a_preloaded_library_hides_nothing_from_us(tmp_path: Path) -> None:
    """The usual user-space rootkit replaces readdir(3) in every program, this one too."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    assert compiler, "no C compiler: run tests/lab/install"
    (tmp_path / "hides.c").write_text(HIDES)
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-w", "-o", tmp_path / "hides.so", tmp_path / "hides.c", "-ldl"], check=True
    )
    place = tmp_path / "place"
    for name in ("hidden", "seen"):
        (place / name).mkdir(parents=True)
    done = subprocess.run(
        [sys.executable, "-c", LISTS, str(place)],
        env={**os.environ, "LD_PRELOAD": str(tmp_path / "hides.so")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "['seen'] ['hidden', 'seen']"
