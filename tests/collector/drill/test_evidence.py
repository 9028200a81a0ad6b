"""What a signal found, found again: from the state of then, against the reference, by the drill's own rules."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rongdun_collector.drill.evidence import Evidence, read_evidence
from rongdun_collector.drill.scored import read_scored
from rongdun_collector.store import drills
from rongdun_contract.rules.compiled import parse_compiled
from tests.collector.drill.conftest import PACK, with_units
from tests.collector.drill.scene import Scene, play
from tests.collector.drill.watching import listening
from tests.collector.serving import Collector


@pytest.fixture
def scene(serve: Callable[..., Collector]) -> Scene:
    """Return a drill in full swing."""
    return play(with_units(serve(drill_packs=(PACK,))))


def evidence(scene: Scene, key: str, **changes: str | None) -> Evidence:
    scene.settle()
    with scene.collector.services.store.read() as connection:
        scored, terms = (
            read_scored(connection, scene.drill, scene.collector.clock()),
            drills.load_terms(connection, scene.drill),
        )
        assert scored is not None
        assert terms is not None
        one = next(one for one in scored.view.objects if one.key == key)
        host = next(host for host in scored.view.hosts if host.host == one.host)
        rule = parse_compiled(terms.pack).by_id[one.signal]
        reference = changes.get("reference", host.reference)
        return read_evidence(connection, scored.view.drill, one, rule, reference)


def test_the_state_of_then_is_judged_not_that_of_now(scene: Scene) -> None:
    """The account is gone by now; what convicted it must still be shown."""
    found = evidence(scene, "toor")
    assert found.finding is not None
    assert [named.key for named in found.finding.objects] == ["toor"]
    assert found.finding.evidence[0].source == "/etc/x:1"
    assert [(pair.name, len(pair.before["users"]), len(pair.after["users"])) for pair in found.sections] == [
        ("accounts", 1, 2)
    ]


def test_what_came_later_is_not_in_it(scene: Scene) -> None:
    scene.collector.clock.forward(seconds=5)
    scene.mail.see(listening(4444, 5555))
    found = evidence(scene, "tcp 4444")
    assert found.finding is not None
    assert [named.key for named in found.finding.objects] == ["tcp 4444"]


@pytest.mark.parametrize("reference", [pytest.param(None, id="none"), pytest.param("0" * 64, id="not in the database")])
def test_without_a_reference_nothing_is_made_up(scene: Scene, reference: str | None) -> None:
    assert evidence(scene, "toor", reference=reference) == Evidence(None, ())
