"""The documentation against the product: what a page names exists, and what exists is named."""

from __future__ import annotations

import argparse
import re
import subprocess
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel

from docs.reference_pages import pages
from rongdun_agent.cli import COMMANDS as AGENT_COMMANDS
from rongdun_agent.config import Config
from rongdun_agent.discovery.settings import DiscoverySettings, SegmentSettings, SweepSettings
from rongdun_collector.app import build_app
from rongdun_collector.assessment.ruleset import load_ruleset
from rongdun_collector.cli import COMMANDS as COLLECTOR_COMMANDS
from rongdun_collector.config import Settings
from rongdun_collector.services import build_services
from rongdun_collector.store.migrate import migrate
from rongdun_collector.store.store import open_store
from tests.lab.missing import need_program

HOUSE = Path(__file__).parent.parent
READMES = ("README.md", "README.zh-CN.md")
HANDWRITTEN = ("*.md", "agent/*.md", "collector/*.md", "contract/*.md", "changelog.d/*.md", "deploy/**/*.md")
PAGES = sorted({*HOUSE.glob("docs/**/*.md"), *(page for pattern in HANDWRITTEN for page in HOUSE.glob(pattern))})
PACKAGES = {
    "rongdun-agent": ("rongdun_agent.commands", AGENT_COMMANDS),
    "rongdun-collector": ("rongdun_collector.cli", COLLECTOR_COMMANDS),
}


def text_of(page: str) -> str:
    return (HOUSE / page).read_text("utf-8")


def blocks(page: str, language: str) -> list[str]:
    """Return the fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text_of(page), re.DOTALL | re.MULTILINE)


def code(text: str) -> Iterator[str]:
    """Yield each line of a fenced block without its comment, and each inline span."""
    fences = re.compile(r"^ *```.*?\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
    for block in fences.findall(text):
        yield from (line.partition(" #")[0] for line in block.splitlines())
    yield from (" ".join(span.split()).replace("\\|", "|") for span in re.findall(r"`([^`]+)`", fences.sub("", text)))


def every_page() -> list[pytest.ParameterSet]:  # type: ignore[name-defined]  # pytest has it, and does not export it
    return [pytest.param(page, id=str(page.relative_to(HOUSE))) for page in PAGES]


@pytest.mark.parametrize("page", every_page())
def test_each_link_and_picture_leads_somewhere(page: Path) -> None:
    """A dead link on the first page is the first thing that a newcomer finds."""
    targets = re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8"))
    local = [target.partition("#")[0] for target in targets if "://" not in target]
    assert [target for target in local if target and not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", every_page())
def test_each_target_of_make_exists(page: Path) -> None:
    there = set(re.findall(r"^([a-z-]+):.*##", text_of("Makefile"), re.MULTILINE))
    named = {hit for span in code(page.read_text("utf-8")) for hit in re.findall(r"(?:^|\s)make ([a-z-]+)", span)}
    assert named - there == set()


def parser_of(program: str, command: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    import_module(f"{PACKAGES[program][0]}.{command}").add_arguments(parser)
    return parser


def below(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Return a parser's actions (`create`, `list`), each with its own parser."""
    found = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    return dict(found[0].choices) if found else {}


def wrong_words(program: str, words: list[str]) -> list[str]:
    """Return the command, actions and options of one line that the program does not know."""
    if not words or not re.fullmatch("[a-z]+", words[0]):
        return [word for word in words if word.startswith("--") and word not in {"--help", "--version"}]
    command, rest = words[0], words[1:]
    if command not in PACKAGES[program][1]:
        return [command]
    parsers = [parser_of(program, command)]
    if (actions := below(parsers[0])) and rest and re.fullmatch(r"[a-z|]+", rest[0]):
        named = rest[0].split("|")
        if unknown := [name for name in named if name not in actions]:
            return unknown
        parsers = [actions[name] for name in named]
    elif actions:
        parsers = list(actions.values())
    known = {option for parser in parsers for action in parser._actions for option in action.option_strings}
    given = [word for word in rest if word.startswith("-") and word != "-"]  # that one means standard input
    return [word for word in given if word.strip("[]…").partition("=")[0] not in known]


@pytest.mark.parametrize("page", every_page())
def test_each_command_line_would_be_understood(page: Path) -> None:
    """Somebody will copy it into a terminal."""
    wrong = []
    for span in code(page.read_text("utf-8")):
        for program, words in re.findall(r"(?<![\w.-])(rongdun-(?:agent|collector))((?: [^\s;&>]+)*)", span):
            wrong += [f"{program}{words}: {word}" for word in wrong_words(program, words.split())]
    assert wrong == []


def test_a_command_line_that_is_wrong_is_noticed() -> None:
    """The test above would pass for ever if it understood everything."""
    assert wrong_words("rongdun-agent", ["scan", "--rot", "DIR"]) == ["--rot"]
    assert wrong_words("rongdun-agent", ["inspect"]) == ["inspect"]
    assert wrong_words("rongdun-collector", ["token", "mint"]) == ["mint"]
    assert wrong_words("rongdun-collector", ["token", "create", "--once"]) == ["--once"]
    assert wrong_words("rongdun-collector", ["token", "create", "--url", "https://collector.example"]) == []


@pytest.mark.parametrize("name", pages())
def test_a_reference_page_is_what_its_code_makes(name: str) -> None:
    """Every setting, route and command of the collector is documented; `make generate` was forgotten otherwise."""
    assert text_of(f"docs/reference/{name}") == pages()[name]


@pytest.mark.parametrize("model", [Config, Settings, DiscoverySettings, SegmentSettings, SweepSettings])
def test_each_setting_says_what_it_is(model: type[BaseModel]) -> None:
    assert [name for name, field in model.model_fields.items() if not field.description] == []


def test_each_option_of_serve_is_a_setting() -> None:
    """One that is not could be set by nobody who starts the collector by its environment."""
    options = {action.dest for action in parser_of("rongdun-collector", "serve")._actions} - {"help"}
    assert options == set(Settings.model_fields)


def test_each_route_that_the_collector_serves_is_documented(tmp_path: Path) -> None:
    """What answers without being written down is what nobody guards."""
    settings = Settings(data=tmp_path)
    store = open_store(settings.database_url)
    migrate(store)
    app = build_app(build_services(settings, store, load_ruleset((), None), lambda: datetime.now(UTC)))
    store.close()
    page = pages()["routes.md"]
    served = {str(getattr(route, "path", "")) for route in app.routes if getattr(route, "methods", None)}
    assert "/v1/checkin" in served
    assert [path for path in sorted(served) if f"{path}`" not in page] == []


def test_each_reference_page_is_in_the_index() -> None:
    index = text_of("docs/README.md")
    wanted = [*(HOUSE / "docs/reference").glob("*.md"), *(HOUSE / "docs/operations").glob("*.md")]
    assert [page.name for page in wanted if f"{page.parent.name}/{page.name})" not in index] == []


def test_each_decision_is_in_the_index_by_its_title() -> None:
    index = text_of("docs/adr/README.md")
    decisions = sorted((HOUSE / "docs/adr").glob("[0-9]*.md"))
    assert [int(path.name[:4]) for path in decisions] == list(range(1, len(decisions) + 1))
    for path in decisions:
        number, title = re.match(r"# (\d+)\. (.+)\n", path.read_text("utf-8")).groups()  # type: ignore[union-attr] # a title that does not match fails here
        assert f"| [{number}]({path.name}) | {title} |" in index


def test_both_readmes_say_the_same() -> None:
    """Not word for word: the same sections, pictures, commands and places, in the same order."""
    english, chinese = map(text_of, READMES)
    for pattern in (r"^#+ ", r"!\[[^\]]*\]\(([^)]+)\)", r"^```(\w+)"):
        found = re.findall(pattern, english, re.MULTILINE)
        assert found
        assert found == re.findall(pattern, chinese, re.MULTILINE), pattern
    assert blocks(READMES[0], "sh") == blocks(READMES[1], "sh")
    assert places_in_rows(english) == places_in_rows(chinese)


def places_in_rows(text: str) -> list[list[str]]:
    """Return what each row of the tables names as code; languages put it in another order."""
    return [sorted(re.findall(r"`[^`]+`", row)) for row in text.splitlines() if row.startswith("| ")]


@pytest.mark.parametrize("page", READMES)
def test_a_readme_begins_with_the_two_commands(page: str) -> None:
    assert blocks(page, "sh")[:2] == ["make demo\n", "make test\n"]


def rows_of_the_map() -> list[pytest.ParameterSet]:  # type: ignore[name-defined]  # as above
    text = text_of("README.md").partition("## Where do I change what")[2].partition("\n## ")[0]
    rows = [row.strip("|").split("|") for row in text.splitlines() if row.startswith("| ")][2:]
    return [pytest.param(*(cell.strip() for cell in row[1:]), id=row[0].strip()) for row in rows]


@pytest.mark.parametrize(("file", "elsewhere", "test"), rows_of_the_map())
def test_the_map_shows_places_that_exist(file: str, elsewhere: str, test: str) -> None:
    """The first thing that a new maintainer relies on."""
    for path in re.findall(r"`([^`\s]*/[^`\s]*)`", f"{file} {test}"):
        place = path.partition("<")[0].rpartition("/")[0] if "<" in path else path
        assert list(HOUSE.glob(place)) or list(HOUSE.glob(f"*/src/*/*/{place}")), path
    for table, path in re.findall(r"`([A-Z]+)`(?: in `([^`]+)`)?", elsewhere):
        where = path or file.partition("`")[2].partition("`")[0]
        holds = re.compile(rf"^{table}\b", re.MULTILINE)
        assert any(holds.search(found.read_text("utf-8")) for found in HOUSE.glob(f"*/src/**/{where}")), table


def test_the_sample_settings_of_the_agent_are_accepted() -> None:
    (sample,) = blocks("docs/operations/agent.md", "toml")
    assert Config.model_validate(tomllib.loads(sample)) != Config()


def test_the_sample_settings_of_discovery_are_accepted() -> None:
    (sample,) = blocks("docs/operations/discovery.md", "toml")
    assert DiscoverySettings.model_validate(tomllib.loads(sample)).segment[0].sweep is not None


def test_the_sample_of_prometheus_is_accepted(tmp_path: Path) -> None:
    promtool = need_program("promtool", "prometheus")
    scrape, provision = blocks("docs/operations/dashboards.md", "yaml")
    (tmp_path / "prometheus.yml").write_text(scrape, "utf-8")
    argv = [promtool, "check", "config", "--syntax-only", tmp_path / "prometheus.yml"]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert yaml.safe_load(provision)["providers"]


def test_people_are_not_sent_to_places_of_one_machine() -> None:
    private = re.compile(r"(?<![\w./~-])/(?:root|home|work|Users)/")
    written = [*READMES, "CONTRIBUTING.md", *(str(page) for page in (HOUSE / "docs/operations").glob("*.md"))]
    assert [page for page in written if private.search(text_of(page))] == []
