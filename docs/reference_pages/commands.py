"""Every command of the collector, from its own parsers."""

import argparse
from importlib import import_module

from docs.reference_pages.mark import MADE
from rongdun_collector.cli import COMMANDS

_SAID_ONCE = {"help", "data", "database"}
_COLLECTOR_COMMANDS = f"""# The collector's commands

{MADE}
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
