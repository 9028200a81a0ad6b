"""Schemes for the tests: the one that is shipped, and texts that are changed a little."""

from __future__ import annotations

from pathlib import Path

import pytest

from rongdun_collector.drill.scoring import Scheme, load_scheme

SCHEMES = Path(__file__).parents[4] / "rules" / "schemes"


@pytest.fixture(scope="session")
def scheme() -> Scheme:
    """Return the scheme of a first drill, as it is shipped."""
    return load_scheme(SCHEMES / "first-drill.yaml")
