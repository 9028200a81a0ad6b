"""The wire: what both sides must read the same way."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from rongdun_contract.documents import canonical_json, digest, root_digest
from rongdun_contract.enrolment_token import EnrolmentToken, decode_token
from rongdun_contract.wire import Answer, CheckIn, Claims, Health, Present, pack_documents, unpack_documents

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def checkin(**changes: Any) -> dict[str, Any]:
    return {
        "schema": 1,
        "epoch": "0" * 16,
        "sequence": 7,
        "taken_at": "2026-01-02T03:04:05Z",
        "root": "a" * 64,
        "health": {"agent": "0.1.0"},
    } | changes


def test_a_usual_check_in_is_small() -> None:
    """An unchanged host may cost 1000 bytes of HTTP; the body must leave room for the headers of both directions."""
    health = Health(agent="10.11.12", cycle_s=0.213, cpu_s=0.187, peak_bytes=41943040, spooled=1, spool_bytes=123456)
    usual = CheckIn(
        schema_number=1,
        epoch="0" * 16,
        sequence=123456,
        taken_at=AT,
        confirmed_until=AT,
        root="a" * 64,
        health=health,
        read_at={"walk": AT},
    )
    assert len(usual.to_json()) < 400


def test_a_check_in_survives_the_wire() -> None:
    sent = CheckIn.model_validate(checkin(manifest={"sshd": {"schema": 1, "facts": "b" * 64, "sources": "c" * 64}}))
    assert CheckIn.model_validate_json(sent.to_json()) == sent
    assert isinstance(sent.manifest["sshd"], Present)


def test_the_wire_manifest_has_the_bytes_of_the_root_digest() -> None:
    """The collector recomputes the root from what it parsed; a renamed or dropped key would refuse every host."""
    manifest = {"sshd": {"schema": 1, "facts": "b" * 64, "sources": "c" * 64}, "walk": {"unavailable": "not probed"}}
    parsed = CheckIn.model_validate(checkin(manifest=manifest))
    assert root_digest(parsed.model_dump(mode="json")["manifest"]) == digest(canonical_json(manifest))


def test_an_answer_says_only_what_it_has_to() -> None:
    assert json.loads(Answer(acknowledged=7, interval_s=300).to_json()) == {"acknowledged": 7, "interval_s": 300}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"sequence": 0}, id="sequence zero"),
        pytest.param({"sequence": 2**63}, id="sequence beyond the database"),
        pytest.param({"taken_at": "2026-01-02T03:04:05"}, id="time without a zone"),
        pytest.param({"root": "A" * 64}, id="digest in capitals"),
        pytest.param({"schema": 2}, id="schema of the future"),
        pytest.param({"extra": 1}, id="unknown key"),
        pytest.param({"health": {"agent": "a\x00b"}}, id="NUL in text"),
        pytest.param({"health": {"agent": ""}}, id="empty text"),
        pytest.param({"health": {"agent": "1", "cpu_s": float("inf")}}, id="infinite seconds"),
        pytest.param({"manifest": {"../x": {"unavailable": "error"}}}, id="section name with a path"),
        pytest.param({"manifest": {"sshd": {"unavailable": "tired"}}}, id="unknown reason"),
        pytest.param({"gap": {"first": 1, "last": 2}}, id="gap without its size"),
    ],
)
def test_what_the_collector_must_refuse(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        CheckIn.model_validate(checkin(**change))


def test_claims_may_be_missing_but_not_empty() -> None:
    assert Claims(hostname="h", agent="1").machine_id is None
    with pytest.raises(ValidationError):
        Claims(hostname="h", agent="1", machine_id="")


def test_documents_survive_the_wire_byte_for_byte() -> None:
    values = ({"a": "line\nbreak \u2028 榕"}, {}, {"b": "\x00\r"})
    documents = {digest(canonical_json(value)): canonical_json(value) for value in values}
    assert unpack_documents(pack_documents(documents)) == documents


@pytest.mark.parametrize(
    "body", [b"", b"\n", b"abc {}\n", b"%s{}" % (b"a" * 64), b"%s {}\n\n" % (b"a" * 64), b"A" * 64 + b" {}"]
)
def test_a_damaged_batch_is_named_by_line(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"line [12]: want a SHA-256 digest"):
        unpack_documents(body)


@pytest.mark.parametrize("pin", [None, "ab" * 32])
def test_a_token_survives_being_copied(pin: str | None) -> None:
    token = EnrolmentToken("https://collector.example:8600", "s3cret", pin)
    assert decode_token(f"  {token.encode()}\n") == token


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("hello", "begins with", id="no token at all"),
        pytest.param("rongdun1.!!!", "copy the whole line", id="not base64"),
        pytest.param("rongdun1.eyJ1Ijoi", "copy the whole line", id="cut short"),
        pytest.param("rongdun1.W10", "copy the whole line", id="a list"),
        pytest.param(EnrolmentToken("ftp://h", "s").encode(), "address", id="wrong scheme"),
        pytest.param(EnrolmentToken("http://h", "").encode(), "no secret", id="no secret"),
        pytest.param(EnrolmentToken("http://h", "s", "zz").encode(), "pin", id="bad pin"),
        pytest.param("rongdun1." + "A" * 4000, "at most", id="far too long"),
    ],
)
def test_a_damaged_token_says_what_is_wrong(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        decode_token(text)
