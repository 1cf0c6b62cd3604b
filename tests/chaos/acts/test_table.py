"""Every act is done by what can do it, and waits for what it needs."""

from collections.abc import Mapping
from typing import Any
from unittest.mock import Mock

import pytest

from chaos.acts import table
from chaos.acts.act import Act, ActKind, Target
from chaos.acts.performer import Performer
from chaos.acts.table import PLACING, performers

BY_HAND = [kind for kind in ActKind if kind is not ActKind.PRICE_JUMP]


def performers_of(world: Any) -> Mapping[ActKind, Performer]:
    return performers(world, Mock())


def act(kind: ActKind) -> Act:
    return Act(0.0, kind, Target.STREAM, seconds=0.0)


def test_everything_but_what_the_market_does_is_done_by_hand() -> None:
    assert set(performers_of(Mock())) == set(BY_HAND)


def test_without_a_small_disk_none_is_filled() -> None:
    world = Mock()
    world.kept.disk = None
    assert set(performers_of(world)) == set(BY_HAND) - {ActKind.FULL_DISK}


@pytest.mark.parametrize(
    ("kind", "path", "claims"),
    [
        (ActKind.CLOCK_STEP, "pipeline.clocks.step", ["clock of stream"]),
        (ActKind.LOCKED_JOURNAL, "kept.hold_lock", ["journal"]),
        (ActKind.FULL_DISK, "kept.fill_disk", ["journal"]),
        (ActKind.BROKER_FLUSHED, "pipeline.broker.flush", ["broker"]),
        (ActKind.BROKER_RESTORED, "pipeline.broker.restore", ["broker"]),
        (ActKind.REDELIVERED, "pipeline.broker.redeliver", ["stream", "broker"]),
        (ActKind.VENUE_REFUSES, "venue.refuse", ["refusals"]),
        (ActKind.OWNER_TRADES, "owner.act", ["owner"]),
    ],
)
def test_an_act_is_done_to_what_it_names(
    kind: ActKind, path: str, claims: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = Mock()
    world.kept.servers = {}
    monkeypatch.setattr("chaos.acts.victims.freeze", Mock(return_value=True))
    performer = performers_of(world)[kind]
    assert performer.perform(act(kind))
    assert list(performer.claims(act(kind))) == claims
    called = [name for name, _, _ in world.mock_calls]
    assert path in called


@pytest.mark.parametrize(
    ("kind", "function"),
    [(ActKind.CANCELS, "cancel_several"), (ActKind.VENUE_ENDS_ORDERS, "end_orders")],
)
def test_what_has_nothing_to_be_done_to_waits(
    kind: ActKind, function: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for outcome in (True, False):
        monkeypatch.setattr(table, function, Mock(return_value=outcome))
        assert performers_of(Mock())[kind].perform(act(kind)) is outcome


@pytest.mark.parametrize(
    "kind", [ActKind.VENUE_REFUSES, ActKind.VENUE_ENDS_ORDERS, ActKind.OWNER_TRADES]
)
@pytest.mark.parametrize("is_away", [True, False])
def test_a_venue_that_is_away_is_waited_for(kind: ActKind, is_away: bool) -> None:
    world = Mock()
    world.venue.is_away = is_away
    assert performers_of(world)[kind].is_ready(act(kind)) is not is_away


def test_while_opposite_plans_come_those_that_place_orders_are_nobody_elses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    victims = Mock()
    monkeypatch.setattr(table, "Victims", Mock(return_value=victims))
    made = performers_of(Mock())
    opposing = made[ActKind.OPPOSITE_PLANS]
    assert tuple(opposing.claims(act(ActKind.OPPOSITE_PLANS))) == PLACING
    opposing.perform(act(ActKind.OPPOSITE_PLANS))
    victims.stall.assert_called_once_with(PLACING, 0.0)
    made[ActKind.KILL].perform(act(ActKind.KILL))
    made[ActKind.FREEZE].perform(act(ActKind.FREEZE))
    assert victims.kill.called
    assert victims.freeze.called
