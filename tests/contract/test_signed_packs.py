"""A signed pack is let in for one reason, and kept out for each of many; what is parsed is what was signed."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from rongdun_contract.rules import Pack, PackError, build_pack
from rongdun_contract.rules.conditions import Compare
from rongdun_contract.signed_packs import (
    NOTHING_SEEN,
    Key,
    Opened,
    Seen,
    Statement,
    is_signed,
    open_signed,
    read_seen,
    seal,
    seen_text,
)
from rongdun_contract.signed_packs.statement import MAGIC
from tests.contract.rules.toy import path, rule_of

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SOON = NOW + timedelta(days=30)
RULE = rule_of(Compare(path("shop.open"), "is", argument=True))
OURS, THEIRS = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()


def built(version: str = "1.2.0", title: str = "Test") -> bytes:
    return build_pack(Pack("toys", version, "baseline", {"zh": "测试", "en": title}, {"shop": 1}, (RULE,)))


def signed(content: bytes | None = None, *, by: Ed25519PrivateKey = OURS, **said: Any) -> bytes:
    terms: dict[str, Any] = {"algorithm": "ed25519", "key": "ours", "issued": NOW, "expires": SOON} | said
    return seal(built() if content is None else content, sign=by.sign, **terms)


def key_of(private: Ed25519PrivateKey, algorithm: str = "ed25519") -> Key:
    def verify(signature: bytes, message: bytes) -> bool:
        try:
            private.public_key().verify(signature, message)
        except InvalidSignature:
            return False
        return True

    return Key(algorithm, verify)


KEYS = {"ours": key_of(OURS), "theirs": key_of(THEIRS)}


def opened(data: bytes, seen: Seen = NOTHING_SEEN, now: datetime = NOW, keys: dict[str, Key] = KEYS) -> Opened:
    return open_signed(data, "toys.pack", keys, seen, now)


def refusal(data: bytes, *more: Any, **terms: Any) -> str:
    with pytest.raises(PackError) as caught:
        opened(data, *more, **terms)
    return str(caught.value)


def forged(
    change: Callable[[dict[str, Any]], object], by: Ed25519PrivateKey = OURS, header: str = "ed25519 ours"
) -> bytes:
    """A file whose statement was changed and signed again by somebody who holds a key."""
    line, content = signed().split(b"\n", 3)[2:]
    statement = json.loads(line)
    change(statement)
    line = json.dumps(statement).encode()
    return MAGIC + header.encode() + b" " + base64.b64encode(by.sign(MAGIC + line)) + b"\n" + line + b"\n" + content


def test_what_a_trusted_key_signed_is_let_in() -> None:
    found = opened(signed())
    assert (found.pack.id, found.pack.version, found.pack.rules) == ("toys", "1.2.0", (RULE,))
    assert found.statement.expires == SOON
    assert is_signed(signed())
    assert not is_signed(built())


def test_what_is_parsed_is_the_very_content_that_was_signed() -> None:
    """The end of the file is the built pack, byte for byte: there is no second place to put another one."""
    assert signed().endswith(b"\n" + built())
    assert refusal(signed() + b" ").startswith("toys.pack: has")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        pytest.param(signed().replace(built(), built(title="Evil")), "another content", id="swapped, same length"),
        pytest.param(signed().replace(built(), built("9.9.90")), "bytes of content", id="swapped, another length"),
        pytest.param(signed()[:-1], "bytes of content", id="truncated by one byte"),
        pytest.param(signed()[: -len(built())], "bytes of content", id="truncated before the content"),
        pytest.param(signed()[: len(MAGIC) + 200], "cut off or changed", id="truncated in the statement"),
        pytest.param(signed()[: len(MAGIC) + 40], "cut off or changed", id="truncated in the signature"),
        pytest.param(MAGIC, "cut off or changed", id="nothing but the first line"),
        pytest.param(signed() + built(), "bytes of content", id="something was appended"),
        pytest.param(signed().replace(b"signed-pack 1", b"signed-pack 2"), "of a format", id="another format"),
        pytest.param(built(), "is no signed pack", id="no signature at all"),
        pytest.param(
            signed().replace(b'"version":"1.2.0"', b'"version":"1.3.0"', 1),
            "did not make",
            id="the statement was changed",
        ),
        pytest.param(signed(by=THEIRS), "did not make", id="signed by another key under our name"),
        pytest.param(signed(key="nobody"), "not trusted here", id="a key that nobody trusts"),
        pytest.param(
            signed().replace(b"ed25519 ours", b"ed25519 theirs", 1), "did not make", id="our signature under their name"
        ),
        pytest.param(
            forged(lambda _s: None, THEIRS, "ed25519 theirs"), "states another key", id="their key, our statement"
        ),
        pytest.param(
            signed(algorithm="sm2"), "`sm2`, which this version cannot check", id="an algorithm of the future"
        ),
        pytest.param(signed(algorithm="none"), "`none`, which this version cannot check", id="no algorithm"),
        pytest.param(
            signed().replace(b"ed25519 ours", b"ED25519 ours", 1), "cannot check", id="an algorithm in capitals"
        ),
        pytest.param(
            signed().replace(b"ed25519 ours ", b"ed25519 ours !", 1), "signature that is none", id="no base64"
        ),
        pytest.param(forged(lambda s: s.update(pack="other")), "holds toys 1.2.0", id="stated as another pack"),
        pytest.param(forged(lambda s: s.update(version="7.0.0")), "holds toys 1.2.0", id="stated as a higher version"),
        pytest.param(forged(lambda s: s.update(kind="drill")), "holds toys 1.2.0", id="stated as another kind"),
        pytest.param(forged(lambda s: s.update(allow="all")), "does not understand", id="a statement with more in it"),
        pytest.param(forged(lambda s: s.pop("expires")), "does not understand", id="a statement for ever"),
        pytest.param(
            forged(lambda s: s.update(expires="2027-01-01T00:00:00")), "does not understand", id="a time of no zone"
        ),
    ],
)
def test_what_is_not_as_it_was_signed_is_refused(data: bytes, said: str) -> None:
    assert said in refusal(data)


def test_every_single_byte_counts() -> None:
    """Whatever is changed anywhere, nothing of it is used."""
    data = signed()
    for at in range(0, len(data), 7):
        changed = bytearray(data)
        changed[at] ^= 1
        assert refusal(bytes(changed)).startswith("toys.pack: ")


def test_a_pack_is_in_date_until_the_moment_it_expires() -> None:
    assert opened(signed(), now=SOON - timedelta(seconds=1)).pack.id == "toys"
    assert "expired on 2026-03-31" in refusal(signed(), now=SOON)


def test_one_from_the_future_is_refused_but_for_clocks_that_differ() -> None:
    assert opened(signed(issued=NOW + timedelta(minutes=4))).pack.id == "toys"
    assert "which is to come" in refusal(signed(issued=NOW + timedelta(hours=1)))


def test_versions_never_go_back() -> None:
    """An old pack with a good signature is the way to bring an old weakness back."""
    old, new = signed(built("1.9.0")), signed(built("1.10.0"))
    seen = opened(new, opened(old).seen).seen
    assert "1.10.0 was accepted before" in refusal(old, seen)
    assert opened(new, seen).seen == seen


def test_a_version_has_one_content() -> None:
    seen = opened(signed()).seen
    assert "with another content" in refusal(signed(built(title="Other")), seen)


def test_an_earlier_signature_is_not_replayed_over_a_later_one() -> None:
    """Whoever signed it again, for a shorter time perhaps, meant that."""
    first, second = signed(), signed(issued=NOW + timedelta(minutes=1), expires=SOON - timedelta(days=20))
    seen = opened(second, opened(first).seen).seen
    assert "before the one that was accepted" in refusal(first, seen)


def test_packs_do_not_disturb_each_other() -> None:
    seen = opened(signed(built("2.0.0"))).seen
    other = build_pack(Pack("games", "1.0.0", "baseline", {"zh": "测试", "en": "x"}, {"shop": 1}, (RULE,)))
    assert set(opened(signed(other), seen).seen) == {"toys", "games"}


def test_what_was_refused_is_not_remembered() -> None:
    seen = opened(signed()).seen
    refusal(signed(built("9.0.0"), by=THEIRS), seen)
    assert opened(signed(built("1.3.0")), seen).seen["toys"].version == "1.3.0"


def test_a_key_of_another_algorithm_is_no_key() -> None:
    assert "not trusted here" in refusal(signed(), keys={"ours": key_of(OURS, "sm2")})


def test_what_was_seen_survives_a_file() -> None:
    seen = opened(signed()).seen
    assert read_seen(seen_text(seen)) == seen
    for damaged in (b"", b"[]", b'{"toys": {}}', seen_text(seen)[:-9]):
        with pytest.raises(ValueError, match="validation error"):
            read_seen(damaged)


def test_only_a_built_pack_is_signed() -> None:
    with pytest.raises(PackError, match="is no built pack"):
        signed(b"{}")


def test_the_statement_holds_what_the_format_promises() -> None:
    assert set(Statement.model_fields) == {
        "algorithm",
        "key",
        "pack",
        "kind",
        "version",
        "issued",
        "expires",
        "size",
        "sha256",
    }
