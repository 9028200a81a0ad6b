"""A check-in of an unchanged host says that everything was looked at: what that takes."""

from __future__ import annotations

import pytest

from rongdun_agent.watch.looking import Looking
from tests.agent.conftest import MakeHost

PASSWD = {"/etc/passwd": "root:x:0:0:root:/root:/bin/sh\n"}


@pytest.mark.parametrize("told", [True, False], ids=["told of changes", "not told of changes"])
def test_the_reading_that_found_a_state_does_not_confirm_it(make_host: MakeHost, *, told: bool) -> None:
    """Two check-ins without an object are its disposal: the second one takes a look of its own."""
    looking = Looking(make_host(PASSWD), ("accounts",), 0.0)
    looking.set_untold({} if told else {"accounts": "/root: fs.inotify.max_user_watches is used up"})
    looking.read(("accounts",))
    assert looking.is_clean(float("-inf")) is told
    looking.read(("accounts",))
    assert looking.is_clean(float("-inf"))


def test_a_table_of_the_kernel_is_looked_at_again_too(make_host: MakeHost) -> None:
    looking = Looking(make_host({"/proc/modules": "loop 1 0 - Live 0x0\n"}), ("modules",), 0.0)
    looking.poll(0.0)
    looking.read(("modules",))
    assert not looking.is_clean(float("-inf")), "the look was before the reading"
    looking.poll(looking.due_at(5.0) + 1e9)
    assert looking.is_clean(float("-inf"))
