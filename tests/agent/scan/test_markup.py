"""Text of a host is only ever text."""

from xml.etree.ElementTree import fromstring, tostring

import pytest

from rongdun_agent.scan.markup import node, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("plain 文字", "plain 文字", id="what can be seen stays"),
        pytest.param("第一行\n　第二行", "第一行\n　第二行", id="lines and the wide blank stay"),
        pytest.param("a\x00b\x1b[2J", "a\\x00b\\x1b[2J", id="control characters, which XML forbids"),
        pytest.param("user\u202etxt.exe", "user\\u202etxt.exe", id="what turns the writing around"),
        pytest.param("zero\u200bwidth", "zero\\u200bwidth", id="what has no width"),
        pytest.param("\ufffe\ud800", "\\ufffe\\ud800", id="no characters at all"),
    ],
)
def test_nothing_is_hidden(text, shown):
    assert visible(text) == shown


def test_what_is_written_reads_back_as_the_same_text():
    made = node(
        "p", "<b>&amp;", node("i", '"'), "]]>\x07", None, (part for part in ("x", node("i"), "y")), title="'<\""
    )
    again = fromstring(tostring(made, encoding="unicode"))  # noqa: S314 - made just above
    assert "".join(again.itertext()) == '<b>&amp;"]]>\\x07xy'
    assert [child.tag for child in again] == ["i", "i"]
    assert again.get("title") == "'<\""


def test_names_of_attributes():
    made = node("p", class_="a", xml_lang="en", end_time="now", gone=None)
    assert made.attrib == {"class": "a", "xml:lang": "en", "end-time": "now"}
