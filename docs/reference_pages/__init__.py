"""Pages of docs/reference that need both sides; `python -m docs.reference_pages DIR` writes them (`make generate`)."""

from collections.abc import Mapping

from docs.reference_pages.commands import collector_commands
from docs.reference_pages.coverage import coverage
from docs.reference_pages.programs import agent_programs
from docs.reference_pages.routes import routes
from docs.reference_pages.schemas import schemas
from docs.reference_pages.settings import agent_settings, collector_settings, discovery_settings
from docs.reference_pages.signals import signals
from docs.reference_pages.watching import watching


def pages() -> Mapping[str, str]:
    """The generated pages by file name."""
    return {
        "agent-programs.md": agent_programs(),
        "agent-settings.md": agent_settings(),
        "collector-commands.md": collector_commands(),
        "collector-settings.md": collector_settings(),
        "coverage.md": coverage(),
        "discovery-settings.md": discovery_settings(),
        "routes.md": routes(),
        **schemas(),
        "signals.md": signals(),
        "watching.md": watching(),
    }
