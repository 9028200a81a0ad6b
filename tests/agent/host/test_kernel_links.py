"""Links that only the kernel can follow: on the live machine, below its own /sys, and nowhere else."""

from pathlib import Path

import pytest

from rongdun_agent.host.tree import TreeFiles


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a tree with such a link in two places; what the kernel finds behind each lies outside of it.

    AppArmor's own link is not in every kernel: a directory of the name that it shows stands in for its place.
    """
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/name").write_text("found")
    for top in ("sys", "home"):
        place = tmp_path / "host" / top
        place.mkdir(parents=True)
        (place / "policy").symlink_to("apparmorfs:[4026532000]")
        (place / "apparmorfs:[4026532000]").symlink_to(tmp_path / "outside")
    return tmp_path / "host"


def test_below_sys_of_the_live_machine_the_kernel_follows(tree: Path) -> None:
    files = TreeFiles(bytes(tree), live=True)
    assert files.names(b"/sys/policy") == [b"name"]
    assert files.stat(b"/sys/policy/name", follow=True).st_size == len("found")


def test_a_user_who_imitates_one_leads_nowhere(tree: Path) -> None:
    with pytest.raises(FileNotFoundError):
        TreeFiles(bytes(tree), live=True).names(b"/home/policy")


@pytest.mark.parametrize("top", [b"/sys", b"/home"])
def test_a_tree_is_never_left(tree: Path, top: bytes) -> None:
    """Who made the image may have put anything into it."""
    with pytest.raises(FileNotFoundError):
        TreeFiles(bytes(tree)).names(top + b"/policy")
