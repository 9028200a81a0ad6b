"""`pack key`, `sign`, `verify`, and `scan --pack` of what was signed: as an author and an operator do it."""

from __future__ import annotations

import io
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import rongdun_agent.config
from rongdun_agent.cli import MEND, main
from rongdun_contract.rules import build_pack, load_pack

RULE = "severity: high\nstatus: stable\nexpect: {none: accounts.duplicate_names, empty: pass}\n"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return `run(*arguments)`: exit status, output, errors; in an empty folder, with a state of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RONGDUN_STATE", str(tmp_path / "state"))
    monkeypatch.setattr(rongdun_agent.config, "SYSTEM_CONFIG", tmp_path / "agent.toml")

    def call(*arguments: str) -> tuple[int, str, str]:
        out = io.StringIO()
        status = main(arguments, out)
        return status, out.getvalue(), capsys.readouterr().err

    return call


@pytest.fixture
def tree(make_host) -> str:
    return str(make_host({"/etc/passwd": "root:x:0:0::/root:/bin/sh\n"}).on_disk("/"))


@pytest.fixture
def signed(run: Run, make_pack, tmp_path: Path) -> Callable[..., str]:
    """Return `signed(version)`, which makes a pack of one rule, built and signed by the trusted key `city`."""
    assert run("pack", "key", "city")[0] == 0
    (tmp_path / "keys").mkdir()
    (tmp_path / "city.pub").rename(tmp_path / "keys" / "city.pub")
    built = tmp_path / "built.json"

    def make(version: str = "1.0.0", *, key: str = "city.key") -> str:
        folder = make_pack({"names-unique": RULE})
        place = folder / "pack.yaml"
        lines = [line for line in place.read_text("utf-8").splitlines() if not line.startswith("version:")]
        place.write_text("\n".join([*lines, f'version: "{version}"', ""]), "utf-8")
        built.write_bytes(build_pack(load_pack(folder)))
        assert run("pack", "sign", str(built), "--key", key, "--output", f"{version}.pack")[0] == 0
        return f"{version}.pack"

    return make


def test_a_key_is_made_for_its_owner_alone_and_never_over_another(run: Run, tmp_path: Path) -> None:
    status, printed, _ = run("pack", "key", "city")
    assert status == 0
    assert "city.key: keep it to yourself" in printed
    assert stat.S_IMODE((tmp_path / "city.key").stat().st_mode) == 0o600
    before = (tmp_path / "city.key").read_bytes()
    assert run("pack", "key", "city")[0] == MEND
    assert (tmp_path / "city.key").read_bytes() == before


def test_what_was_signed_is_verified_and_judges_a_host(run: Run, signed: Callable[..., str], tree: str) -> None:
    pack = signed()
    status, printed, _ = run("pack", "verify", pack, "--keys", "keys")
    assert status == 0
    assert "1.0.0 (baseline), signed by the key " in printed
    status, printed, errors = run("scan", "--root", tree, "--pack", pack, "--keys", "keys")
    assert (status, errors) == (0, "")
    assert "[names-unique]" in printed


@pytest.mark.parametrize("command", [("pack", "verify"), ("scan", "--pack")], ids=" ".join)
def test_without_a_trusted_key_it_is_not_used_at_all(
    command: tuple[str, ...], run: Run, signed: Callable[..., str], tmp_path: Path
) -> None:
    pack = signed()
    (tmp_path / "none").mkdir()
    status, printed, errors = run(*command, pack, "--keys", "none")
    assert (status, printed) == (MEND, "")
    assert "has no key, so that no signed pack can be trusted" in errors


def test_another_s_key_is_not_ours(run: Run, signed: Callable[..., str]) -> None:
    run("pack", "key", "stranger")
    status, _, errors = run("pack", "verify", signed(key="stranger.key"), "--keys", "keys")
    assert status == MEND
    assert "which is not trusted here" in errors


def test_an_older_pack_is_refused_once_a_newer_was_used(run: Run, signed: Callable[..., str], tree: str) -> None:
    old, new = signed("1.0.0"), signed("1.1.0")
    scan = ("scan", "--root", tree, "--keys", "keys", "--pack")
    assert run(*scan, old)[0] == 0
    assert run(*scan, new)[0] == 0
    status, printed, errors = run(*scan, old)
    assert (status, printed) == (MEND, "")
    assert "is version 1.0.0, and 1.1.0 was accepted before" in errors
    assert run(*scan, new)[0] == 0


def test_verify_only_looks(run: Run, signed: Callable[..., str], tree: str) -> None:
    old, new = signed("1.0.0"), signed("1.1.0")
    assert run("pack", "verify", new, "--keys", "keys")[0] == 0
    assert run("scan", "--root", tree, "--pack", old, "--keys", "keys")[0] == 0


def test_what_was_accepted_is_not_forgotten_by_damage(
    run: Run, signed: Callable[..., str], tree: str, tmp_path: Path
) -> None:
    """A damaged memory is not an empty one."""
    pack = signed()
    assert run("scan", "--root", tree, "--pack", pack, "--keys", "keys")[0] == 0
    (tmp_path / "state" / "seen-packs.json").write_text("{", "utf-8")
    status, _, errors = run("scan", "--root", tree, "--pack", pack, "--keys", "keys")
    assert status == MEND
    assert "seen-packs.json: is damaged" in errors


def test_a_changed_pack_is_refused(run: Run, signed: Callable[..., str], tree: str, tmp_path: Path) -> None:
    place = tmp_path / signed()
    place.write_bytes(place.read_bytes().replace(b'"severity":"high"', b'"severity":"none"'))
    status, printed, errors = run("scan", "--root", tree, "--pack", str(place), "--keys", "keys")
    assert (status, printed) == (MEND, "")
    assert "has another content than was signed" in errors
    assert not (tmp_path / "state" / "seen-packs.json").exists()


def test_a_host_may_demand_signatures(run: Run, signed: Callable[..., str], tree: str, tmp_path: Path) -> None:
    """Then neither a folder nor a built file will do; what came along with the agent still does."""
    pack = signed()
    assert run("scan", "--root", tree, "--pack", "built.json")[0] == 0
    (tmp_path / "agent.toml").write_text("require_signed_packs = true\n", "utf-8")
    status, printed, errors = run("scan", "--root", tree, "--pack", "built.json")
    assert (status, printed) == (MEND, "")
    assert "built.json: is not signed, and agent.toml says require_signed_packs" in errors
    assert run("scan", "--root", tree, "--pack", pack, "--keys", "keys")[0] == 0


def test_keys_that_others_could_add_to_are_no_keys(run: Run, signed: Callable[..., str], tmp_path: Path) -> None:
    pack = signed()
    (tmp_path / "keys").chmod(0o777)
    status, _, errors = run("pack", "verify", pack, "--keys", "keys")
    assert status == MEND
    assert "may be written by others than its owner" in errors


@pytest.mark.parametrize("content", [b"", b"rubbish", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"])
def test_a_file_that_is_no_key_is_said(content: bytes, run: Run, signed: Callable[..., str], tmp_path: Path) -> None:
    pack = signed()
    (tmp_path / "keys" / "other.pub").write_bytes(content)
    status, _, errors = run("pack", "verify", pack, "--keys", "keys")
    assert status == MEND
    assert "other.pub: is no public Ed25519 key" in errors


def test_without_the_library_nothing_is_let_in(
    run: Run, signed: Callable[..., str], tree: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The extra is optional; the check is not."""
    pack = signed()
    monkeypatch.setitem(sys.modules, "cryptography", None)
    status, printed, errors = run("scan", "--root", tree, "--pack", pack, "--keys", "keys")
    assert (status, printed) == (MEND, "")
    assert "pip install 'rongdun-agent[signed-packs]'" in errors


def test_where_nothing_can_be_remembered_nothing_is_accepted(run: Run, signed: Callable[..., str], tree: str) -> None:
    pack = signed()
    status, printed, errors = run("scan", "--root", tree, "--pack", pack, "--keys", "keys", "--state", "built.json/x")
    assert (status, printed) == (MEND, "")
    assert "accepted packs cannot be remembered" in errors
