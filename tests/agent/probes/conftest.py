"""Probes on trees as somebody without rights, in this process."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from tests.lab import rights


@pytest.fixture
def without_overrides() -> Callable[[], AbstractContextManager[None]]:
    """A context in which file modes bind this thread, even as root: mode 0000 is refused."""
    return rights.without_overrides
