"""What the host's settings ask for: a mistake is told, and never taken for `nothing to try`."""

from datetime import UTC, datetime

import pytest

from rongdun_agent.config import Config, GuessBounds, load_config
from rongdun_agent.errors import AgentError
from rongdun_agent.guesses.settings import MOST_WORDS, asked_by

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def test_nothing_is_tried_unless_the_host_says_so():
    assert Config().weak_passwords.enabled is False


def test_words_and_names_come_from_the_settings(tmp_path):
    (tmp_path / "words.txt").write_text("fuzhou2026\n\n榕城\r\n", "utf-8")
    settings = (
        f'[weak_passwords]\nenabled = true\norganisation = ["fzswj"]\nwords = "{tmp_path}/words.txt"\nseconds = 30\n'
    )
    (tmp_path / "agent.toml").write_text(settings)
    asked = asked_by(load_config(tmp_path / "agent.toml").weak_passwords, NOW)
    assert (asked.year, asked.words, asked.organisation, asked.seconds) == (
        2026,
        ("fuzhou2026", "榕城"),
        ("fzswj",),
        30,
    )


@pytest.mark.parametrize(
    ("line", "what"),
    [
        pytest.param("seconds = 0", "seconds", id="no time"),
        pytest.param("seconds = 86400", "seconds", id="a day of it"),
        pytest.param("every_s = 1", "every_s", id="all the time"),
        pytest.param('organization = ["x"]', "known keys: enabled, words, organisation", id="a key spelled otherwise"),
    ],
)
def test_settings_out_of_bounds_are_refused_by_name(tmp_path, line, what):
    (tmp_path / "agent.toml").write_text(f"[weak_passwords]\n{line}\n")
    with pytest.raises(AgentError, match=what):
        load_config(tmp_path / "agent.toml")


def test_a_file_of_words_that_is_missing_is_an_error(tmp_path):
    with pytest.raises(AgentError, match="cannot be read"):
        asked_by(GuessBounds(words=tmp_path / "none.txt"), NOW)


def test_a_file_of_too_many_words_is_an_error(tmp_path):
    (tmp_path / "words.txt").write_text("\n".join(map(str, range(MOST_WORDS + 1))))
    with pytest.raises(AgentError, match="keep the"):
        asked_by(GuessBounds(words=tmp_path / "words.txt"), NOW)
