from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from rongdun_contract.rules.moments import parse_duration, parse_moment


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30s", timedelta(seconds=30)),
        ("5m", timedelta(minutes=5)),
        ("2h", timedelta(hours=2)),
        ("90d", timedelta(90)),
        ("2w", timedelta(14)),
    ],
)
def test_durations_have_one_unit(text: str, expected: timedelta) -> None:
    assert parse_duration(text) == expected


@pytest.mark.parametrize("text", ["90", "d", "0d", "-1d", "1.5h", "90 d", "1d2h", "1000000d", ""])
def test_other_texts_are_no_durations(text: str) -> None:
    assert parse_duration(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-01", datetime(2026, 1, 1, tzinfo=UTC)),
        ("2026-01-01T08:00:00+08:00", datetime(2026, 1, 1, tzinfo=UTC)),
        ("2026-01-01t00:00:00z", datetime(2026, 1, 1, tzinfo=UTC)),
        ("2026-01-01 00:00:00.5Z", datetime(2026, 1, 1, 0, 0, 0, 500000, tzinfo=UTC)),
    ],
)
def test_dates_and_times_are_moments_in_utc(text: str, expected: datetime) -> None:
    assert parse_moment(text) == expected


@pytest.mark.parametrize(
    "text", ["2026-02-30", "2026-1-1", "20260101", "2026-01-01T00:00:00", "yesterday", "２０２６-01-01"]
)
def test_other_texts_are_no_moments(text: str) -> None:
    """A time without a zone is eight hours of doubt in China."""
    assert parse_moment(text) is None
