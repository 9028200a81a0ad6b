"""Pages of docs/reference that need both sides: `python -m docs.reference_pages DIR` writes them (`make generate`)."""

import argparse
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI

from rongdun_agent.config import Config
from rongdun_collector.api import ROUTERS
from rongdun_collector.api.openapi import openapi
from rongdun_collector.cli import COMMANDS
from rongdun_collector.config import ENVIRONMENT_PREFIX, Settings
from rongdun_collector.console.routes import console_routes
from rongdun_collector.signin.guard import HOST_ROUTES, SIGN_IN_ROUTES

_SAID_ONCE = {"help", "data", "database"}
_MADE = "<!-- made by `make generate`; change the code instead -->\n"


def pages() -> Mapping[str, str]:
    """The generated pages by file name."""
    return {
        "agent-settings.md": agent_settings(),
        "collector-settings.md": collector_settings(),
        "collector-commands.md": collector_commands(),
        "routes.md": routes(),
    }


_AGENT_SETTINGS = f"""# The agent's settings

{_MADE}
`/etc/rongdun/agent.toml`, or the file that `rongdun-agent run --config FILE` names. Every key may be missing, an
unknown one is an error. The collector may ask for another interval; `interval_min_s` and `interval_max_s` bound what
it gets.

| key | default | bounds | is |
| --- | --- | --- | --- |
"""

_COLLECTOR_SETTINGS = f"""# The collector's settings

{_MADE}
The command line wins over the environment, the environment over the default. `rongdun-collector serve` takes all of
them; other commands take those that they need. In the environment several packs are separated by `:`.

| option | environment | default | is |
| --- | --- | --- | --- |
"""


def agent_settings() -> str:
    """Every key of agent.toml."""
    rows = (
        f"| `{name}` | {field.default} | {_bounds(field.metadata)} | {field.description} |"
        for name, field in Config.model_fields.items()
    )
    return _AGENT_SETTINGS + "\n".join(rows) + "\n"


def collector_settings() -> str:
    """Every setting of `serve`, as an option and as a variable."""
    rows = (
        f"| `--{name.replace('_', '-')}` | `{ENVIRONMENT_PREFIX}{name.upper()}` | {_default(field.default)} "
        f"| {field.description} |"
        for name, field in Settings.model_fields.items()
    )
    return _COLLECTOR_SETTINGS + "\n".join(rows) + "\n"


def _bounds(metadata: list[Any]) -> str:
    return ", ".join(f"{sign} {bound}" for each in metadata for sign, bound in _signs(each))


def _signs(constraint: object) -> Iterator[tuple[str, object]]:
    for name, sign in (("ge", "≥"), ("le", "≤")):
        if (bound := getattr(constraint, name, None)) is not None:
            yield sign, bound


def _default(value: object) -> str:
    if isinstance(value, bool):
        return "off"
    return "" if value is None or value == () else f"`{value}`"


_COLLECTOR_COMMANDS = f"""# The collector's commands

{_MADE}
Exit status: 0 done, 1 done with a result that needs attention, 2 configuration or input (`where: what: remedy` on
standard error), 3 a bug, with its log. All take `--data` and, but for `tls`, `--database`; they are not repeated below.
Settings in full, and their names in the environment: [collector-settings.md](collector-settings.md).
"""


def collector_commands() -> str:
    """Every command with its actions, arguments and options."""
    return _COLLECTOR_COMMANDS + "".join(_command(name, says) for name, says in COMMANDS.items())


def _command(name: str, says: str) -> str:
    parser = argparse.ArgumentParser(add_help=False)
    import_module(f"rongdun_collector.cli.{name}").add_arguments(parser)
    text = f"\n## rongdun-collector {name}\n\n{says[0].upper()}{says[1:]}.\n\n"
    below = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not below:
        return (text + _arguments(parser)).rstrip("\n") + "\n"
    helps = {choice.dest: choice.help for choice in below[0]._choices_actions}
    parts = (
        f"`rongdun-collector {name} {action}`: {helps[action]}\n\n{_arguments(parser)}"
        for action, parser in below[0].choices.items()
    )
    return text + "\n".join(parts).rstrip("\n") + "\n"


def _arguments(parser: argparse.ArgumentParser) -> str:
    rows = [_argument(one) for one in parser._actions if one.dest not in _SAID_ONCE]
    return "| argument | is |\n| --- | --- |\n" + "\n".join(rows) + "\n" if rows else ""


def _argument(action: argparse.Action) -> str:
    name = ", ".join(action.option_strings) or str(action.metavar or action.dest).upper()
    needed = "; needed" if action.required and action.option_strings else ""
    return f"| `{name}` | {action.help or f'the {action.dest}'}{needed} |"


_ROUTES = f"""# Routes

{_MADE}
The API and the console's pages. Requests and answers in full: `/openapi.json` and, for people, `/docs` of a running
collector. A refusal is `application/problem+json` (RFC 9457) with a `remedy`.

Who may: *anyone* asks without sign-in wherever the collector listens; a *host* brings the credential of its enrolment;
a *reader* is an administrator who is signed in, or a program with a read key (`Authorization: Bearer KEY`), which only
reads. On loopback everything is open until there is an administrator.

| route | who may | does |
| --- | --- | --- |
"""
_HOSTS = {"/v1/checkin", "/v1/documents", "/v1/volatile"}
"""Of the routes that answer without sign-in, those that ask for a host's credential."""


def routes() -> str:
    """Every route of the API and every page of the console."""
    rows = [f"| `{method} {path}` | {_who(path)} | {says} |" for method, path, says in (*_api(), *_console())]
    return _ROUTES + "\n".join(rows) + "\n"


def _api() -> Iterator[tuple[str, str, str]]:
    app = FastAPI()
    for router in ROUTERS.values():
        app.include_router(router)
        yield from (
            (_methods(route), route.path, _sentence(route.endpoint.__doc__))
            for route in router.routes
            if not route.include_in_schema
        )
    for path, operations in openapi(app)["paths"].items():
        for method, operation in operations.items():
            bare = operation["tags"] == ["hosts' own"] and method == "post"
            says = operation["summary"] if bare else _sentence(operation.get("description"))
            yield method.upper(), path, says.removesuffix(".")


def _console() -> Iterator[tuple[str, str, str]]:
    for router in console_routes():
        for route in router.routes if isinstance(router, APIRouter) else ():
            yield _methods(route), route.path, _sentence(route.endpoint.__doc__)


def _methods(route: Any) -> str:  # noqa: ANN401 - FastAPI's route, or Starlette's
    return ", ".join(sorted(route.methods - {"HEAD"}))


def _sentence(text: str | None) -> str:
    first = " ".join((text or "").split()).partition(". ")[0]
    return first.removesuffix(".").replace("|", "\\|")


def _who(path: str) -> str:
    if path in _HOSTS:
        return "host"
    return "anyone" if path in HOST_ROUTES or path.startswith(SIGN_IN_ROUTES) else "reader"


def main(folder: Path) -> None:
    """Write all pages."""
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
