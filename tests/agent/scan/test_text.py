"""Text on a terminal: widths, wrapping, and nothing that a terminal would obey."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as some

from rongdun_agent.scan.text import Paper, padded, paper_for, printable, width_of, wrapped


class _Terminal(io.StringIO):
    def isatty(self):
        return True

    def fileno(self):
        raise OSError


@pytest.mark.parametrize(
    ("text", "width"),
    [("abc", 3), ("榕盾", 4), ("a榕b", 4), ("（）", 4), ("é", 1), ("e\u0301", 1), ("✗ ✓ –", 5), ("", 0)],
)
def test_chinese_characters_take_two_columns(text, width):
    assert width_of(text) == width
    assert width_of(padded(text, 10)) == 10


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        pytest.param("one two three", 7, ["one two", "three"], id="at blanks"),
        pytest.param("登录用户须有唯一标识", 8, ["登录用户", "须有唯一", "标识"], id="between Chinese characters"),
        pytest.param("要够复杂。再", 8, ["要够复", "杂。再"], id="no stop begins a line"),
        pytest.param("/a/very/long/path x", 8, ["/a/very/long/path", "x"], id="a long word stays whole"),
        pytest.param("审计audit日志", 6, ["审计", "audit", "日志"], id="between the languages"),
        pytest.param("", 8, [""], id="nothing is a line"),
    ],
)
def test_lines_are_broken_where_readers_expect_it(text, width, lines):
    assert list(wrapped(text, width)) == lines


@given(some.text(alphabet="ab 榕盾，。", max_size=60), some.integers(4, 30))
def test_wrapping_loses_nothing_but_blanks(text, width):
    assert "".join("".join(wrapped(text, width)).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [
        pytest.param({}, True, id="a terminal"),
        pytest.param({"NO_COLOR": "1"}, False, id="NO_COLOR"),
        pytest.param({"NO_COLOR": ""}, True, id="NO_COLOR empty counts as unset"),
        pytest.param({"TERM": "dumb"}, False, id="a dumb terminal"),
    ],
)
def test_colours_are_for_terminals_that_want_them(environment, coloured):
    out = _Terminal()
    paper_for(out, environment).line("x", style="red")
    assert (out.getvalue() == "\x1b[31mx\x1b[0m\n") is coloured


def test_a_pipe_gets_neither_colours_nor_wrapping():
    """What is grepped has to stay on its line."""
    out = io.StringIO()
    paper_for(out, {"COLUMNS": "40"}).line("word " * 50, style="red")
    assert out.getvalue() == ("word " * 50).rstrip() + "\n"


def test_the_width_is_the_terminals_and_never_absurd():
    assert paper_for(_Terminal(), {"COLUMNS": "120"}).width == 120
    assert paper_for(_Terminal(), {"COLUMNS": "3"}).width == 40
    assert paper_for(_Terminal(), {"COLUMNS": "wide"}).width == 100


def test_later_lines_hang_below_the_first():
    out = io.StringIO()
    Paper(out, 20, colours=False).line("aaaa bbbb cccc dddd eeee", indent=2, hanging=4)
    assert out.getvalue() == "  aaaa bbbb cccc\n      dddd eeee\n"


def test_a_host_cannot_command_the_terminal():
    """A file name with an escape sequence would otherwise rewrite the report about it."""
    assert printable("a\x1b[2Jb\rc\u202ed") == "a\\x1b[2Jb\\rc\\u202ed"
    assert printable("榕盾 ok") == "榕盾 ok"
