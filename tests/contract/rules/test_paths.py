from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rongdun_contract.rules.paths import BadPath, Step, decode_path, encode_path, format_path, parse_path

NAMES = st.from_regex(r"@?[a-z_][a-z0-9_]{0,5}", fullmatch=True).map(Step)
KEYS = st.text(max_size=5).map(lambda key: Step(key, is_key=True))
PATHS = st.tuples(st.lists(st.one_of(NAMES, KEYS), min_size=1, max_size=5)).map(lambda one: tuple(one[0]))


@given(PATHS)
def test_a_path_survives_being_written_and_read(path: tuple[Step, ...]) -> None:
    """Sources are keyed by such texts; a key with a bracket or a quote in it must not break out."""
    assert parse_path(format_path(path)) == path
    assert decode_path(encode_path(path)) == path


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("", "write section.field"),
        ("a..b", "write section.field"),
        (".a", "write section.field"),
        ("a.", "write section.field"),
        ("a b", "write section.field"),
        ("a[0]", "use every, some or none"),
        ("a.0", "use every, some or none"),
        ("a['k']", 'write keys of mappings as ["key"]'),
        ("a.net.ipv4.ip-forward", "brackets and quotes"),
        ('a["\\x"]', "escape only"),
    ],
)
def test_what_is_no_path_is_refused_with_a_remedy(text: str, remedy: str) -> None:
    with pytest.raises(BadPath) as caught:
        parse_path(text)
    assert remedy in caught.value.remedy
