"""Packs that a collector is given: what is signed has to be right, and with a setting everything has to be signed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from rongdun_agent.signing.ed25519 import make_pair, read_private
from rongdun_collector.assessment.ruleset import load_ruleset
from rongdun_collector.errors import CollectorError
from rongdun_collector.signed_packs import Trust, trusted_keys
from rongdun_contract.rules import build_pack, load_pack
from rongdun_contract.signed_packs import seal
from tests.collector.conftest import RULES
from tests.collector.serving import START

Make = Callable[..., Path]


@pytest.fixture
def trust(tmp_path: Path) -> Trust:
    (tmp_path / "keys").mkdir()
    return Trust(tmp_path / "keys", tmp_path / "data", required=True, now=START)


@pytest.fixture
def make(tmp_path: Path, trust: Trust) -> Make:
    """Return `make(version, **terms)`: a pack signed by a key that the agent's command made, and that is trusted."""
    secret, public, _ = make_pair()
    (trust.keys / "city.pub").write_bytes(public)
    signer = read_private(secret, "city.key")
    lasts = {"issued": START - timedelta(days=1), "expires": START + timedelta(days=1)}

    def made(version: str = "1.0.0", **terms: Any) -> Path:
        built = build_pack(load_pack(RULES / "pack")).replace(b'"version":"1.0.0"', f'"version":"{version}"'.encode())
        said = {"algorithm": "ed25519", "key": signer.id, "sign": signer.sign, **lasts, **terms}
        place = tmp_path / f"{version}.pack"
        place.write_bytes(seal(built, **said))
        return place

    return made


def ids(path: Path, trust: Trust) -> tuple[str, ...]:
    return tuple(load_ruleset([path], RULES / "framework.yaml", None, trust).by_id)


def test_what_an_author_signed_with_the_agent_s_command_is_let_in(make: Make, trust: Trust) -> None:
    assert "root-login-off" in ids(make(), trust)


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        pytest.param({"sign": Ed25519PrivateKey.generate().sign}, "did not make", id="signed by somebody else"),
        pytest.param({"key": "0" * 16}, "not trusted here", id="a key that is not trusted"),
        pytest.param({"algorithm": "sm2"}, "cannot check", id="an algorithm of the future"),
        pytest.param({"expires": START}, "expired on", id="it has expired"),
        pytest.param({"issued": START + timedelta(hours=1)}, "which is to come", id="it is from the future"),
    ],
)
def test_what_is_not_right_is_refused(terms: dict[str, Any], said: str, make: Make, trust: Trust) -> None:
    with pytest.raises(CollectorError, match=said):
        ids(make(**terms), trust)


def test_a_changed_pack_is_refused(make: Make, trust: Trust) -> None:
    place = make()
    place.write_bytes(place.read_bytes().replace(b"root-login-off", b"root-login-ofg"))
    with pytest.raises(CollectorError, match="another content"):
        ids(place, trust)


def test_versions_never_go_back_and_a_restart_forgets_nothing(make: Make, trust: Trust) -> None:
    old, new = make("1.0.0"), make("1.0.1")
    for place in (old, new, new):
        assert ids(place, trust)
    with pytest.raises(CollectorError, match=r"is version 1.0.0, and 1.0.1 was accepted before"):
        ids(old, trust)


def test_a_damaged_memory_is_not_an_empty_one(make: Make, trust: Trust) -> None:
    ids(make(), trust)
    (trust.data / "seen-packs.json").write_text("[]", "utf-8")
    with pytest.raises(CollectorError, match="is damaged"):
        ids(make(), trust)


def test_what_cannot_be_remembered_is_not_accepted(make: Make, trust: Trust, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(CollectorError, match="cannot be remembered"):
        ids(make(), trust._replace(data=tmp_path / "file" / "data"))


def test_with_the_setting_nothing_unsigned_is_let_in(trust: Trust, tmp_path: Path) -> None:
    built = tmp_path / "built.json"
    built.write_bytes(build_pack(load_pack(RULES / "pack")))
    for place in (built, RULES / "pack"):
        with pytest.raises(CollectorError, match="is not signed, and --require-signed-packs is on"):
            ids(place, trust)
        assert ids(place, trust._replace(required=False))
    assert load_ruleset((), None, None, trust).packs, "what comes along needs no signature"


def test_a_signed_pack_needs_a_key_even_where_signatures_are_not_demanded(
    make: Make, trust: Trust, tmp_path: Path
) -> None:
    with pytest.raises(CollectorError, match="has no key"):
        ids(make(), trust._replace(keys=tmp_path / "none", required=False))


def test_keys_that_others_could_change_are_no_keys(make: Make, trust: Trust) -> None:
    place = make()
    (trust.keys / "city.pub").chmod(0o666)
    with pytest.raises(CollectorError, match="may be written by others"):
        ids(place, trust)


def test_a_key_of_another_kind_is_said(trust: Trust) -> None:
    other = generate_private_key(SECP256R1()).public_key()
    pem = other.public_bytes(form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo)
    for content in (b"rubbish", pem):
        (trust.keys / "other.pub").write_bytes(content)
        with pytest.raises(CollectorError, match=r"other.pub: is no public Ed25519 key"):
            trusted_keys(trust.keys)
