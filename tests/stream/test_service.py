"""The stream as a whole: what it hears leads to what it has others do."""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.stream.scene import USERS, Scene, play
from tests.stream.tiny_venue import until
from tests.support.lifecycles import LifecycleBuilder, a_plan
from trader.clock import utc_now
from trader.conditions.condition import BreakoutAbove, PriceAbove
from trader.lifecycle.stage import Leg
from trader.strands.strand import Json
from trader.stream import delivery
from trader.stream.follower import REFRESH_SECONDS
from trader.stream.lease import LEASE_KEY
from trader.stream.pulse import read_pulse
from trader.stream.tracked import YOUNG
from trader.venues.orders import AnswerKind
from trader.venues.quote import PriceSource

Play = Callable[[Callable[[Scene], Awaitable[Any]]], None]
STRANGER = "0x" + "f" * 32


@pytest.fixture
def run(tmp_path: Path, empty_broker_url: str, monkeypatch: pytest.MonkeyPatch) -> Play:
    monkeypatch.setattr(delivery, "RECONCILE_PAUSE_SECONDS", 0.1)
    return lambda act: play(tmp_path, empty_broker_url, act)


def waiting(key: str, level: int, symbol: str = "BTC") -> LifecycleBuilder:
    entry = PriceAbove(level=Decimal(level))
    return LifecycleBuilder(a_plan(entry=entry, symbol=symbol, plan_id=key), key).accepted()


def tracked(key: str) -> LifecycleBuilder:
    return LifecycleBuilder(a_plan(plan_id=key), key).accepted().triggered().intended().answered()


def cloid(builder: LifecycleBuilder) -> str:
    return next(iter(builder.lifecycle.orders))


def order_update(client_id: str | None, status: str) -> Json:
    order: dict[str, Json] = {
        "coin": "BTC", "side": "B", "limitPx": "1", "sz": "0.0", "oid": 1,
        "timestamp": 1, "origSz": "1.0",
    }  # fmt: skip
    named = order if client_id is None else {**order, "cloid": client_id}
    return [{"order": named, "status": status, "statusTimestamp": 2}]


def fills(client_id: str, trade_id: int = 77, order_id: int = 1, **flags: Json) -> Json:
    fill: dict[str, Json] = {
        "coin": "BTC", "px": "1", "sz": "1", "side": "B", "time": 1, "startPosition": "0",
        "dir": "Open Long", "closedPnl": "0", "hash": "0x", "oid": order_id, "crossed": True,
        "fee": "0", "tid": trade_id, "feeToken": "USDC", "twapId": None, "cloid": client_id,
    }  # fmt: skip
    return {"user": "0x", "fills": [fill], **flags}


def test_it_subscribes_to_the_symbols_of_the_plans_that_there_are(run: Play) -> None:
    async def act(scene: Scene) -> None:
        first = waiting("a", 100)
        scene.keep(first)
        await scene.subscribed("bbo BTC")
        scene.keep(waiting("b", 100, symbol="ETH"))
        scene.keep(waiting("c", 100, symbol="GONE"))
        scene.keep(tracked("d"))
        await scene.subscribed("bbo ETH")
        assert scene.venue.subscribed().count("bbo BTC") == 1
        assert "bbo GONE" not in scene.venue.subscribed(), "not listed: it would drop us"
        assert scene.venue.unsubscribed() == []

    run(act)


def test_it_unsubscribes_from_symbols_that_nobody_waits_for(run: Play) -> None:
    async def act(scene: Scene) -> None:
        plan = waiting("a", 100)
        scene.keep(plan)
        await scene.subscribed("bbo BTC")
        scene.keep(plan.triggered())
        await until(lambda: scene.venue.unsubscribed() == ["bbo BTC"])

    run(act)


def test_it_asks_for_the_mark_where_a_plan_looks_at_it(run: Play) -> None:
    async def act(scene: Scene) -> None:
        entry = PriceAbove(level=Decimal(100), source=PriceSource.MARK)
        scene.keep(LifecycleBuilder(a_plan(entry=entry, symbol="ETH"), "m").accepted())
        await scene.subscribed("activeAssetCtx ETH")
        context = {"coin": "ETH", "ctx": {"markPx": "101.0", "midPx": "99.0"}}
        await scene.venue.tell("activeAssetCtx", context)
        await scene.told("check m")

    run(act)


def test_after_each_loss_it_subscribes_and_reconciles_anew(run: Play) -> None:
    async def act(scene: Scene) -> None:
        scene.keep(waiting("a", 100))
        await scene.subscribed("bbo BTC")
        await scene.venue.close_all(code=1011)
        await scene.subscribed(*USERS, "allMids", "bbo BTC", times=2)
        await scene.told("reconcile", times=2)
        scene.venue.is_mute = True
        await until(lambda: scene.venue.accepted >= 3, 10, "silence is a loss too")
        scene.venue.is_mute = False
        await scene.told("reconcile", times=3)
        await scene.tell_best("BTC", "99", "103")
        await scene.told("check a")

    run(act)


def test_a_crossed_level_leads_to_a_check_that_finds_the_price(run: Play) -> None:
    async def act(scene: Scene) -> None:
        scene.keep(waiting("a", 100))
        await scene.subscribed("bbo BTC")
        await scene.tell_best("BTC", "98", "100")
        await until(lambda: scene.market.quote("BTC") is not None)
        assert scene.calls.count("check a") == 0
        began = utc_now()
        await scene.tell_best("BTC", "100", "102")
        await scene.told("check a")
        quote = scene.market.quote("BTC")
        assert quote is not None
        assert (quote.bid, quote.mid, quote.ask) == (Decimal(100), Decimal(101), Decimal(102))
        assert quote.observed_at >= began
        await scene.tell_best("BTC", "101", "103")
        await until(lambda: scene.market.quote("BTC") != quote)
        assert scene.calls.count("check a") == 1, "nothing was crossed"

    run(act)


def test_mids_of_all_coins_count_where_a_plan_waits(run: Play) -> None:
    async def act(scene: Scene) -> None:
        scene.keep(waiting("a", 100))
        await scene.subscribed("bbo BTC")
        await scene.venue.tell("allMids", {"mids": {"BTC": "101.0", "SOL": "5.0"}})
        await scene.told("check a")
        assert scene.market.quote("SOL") is None

    run(act)


def test_a_breakout_is_checked_when_it_arms_and_when_it_fires(run: Play) -> None:
    async def act(scene: Scene) -> None:
        entry = BreakoutAbove(level=Decimal(100))
        scene.keep(LifecycleBuilder(a_plan(entry=entry), "b").accepted())
        await scene.subscribed("bbo BTC")
        await scene.tell_best("BTC", "98", "100")
        await scene.told("check b")
        await scene.tell_best("BTC", "100", "102")
        await scene.told("check b", times=2)

    run(act)


@pytest.mark.parametrize("channel", ["orderUpdates", "userFills"])
def test_the_venues_word_about_an_order_has_its_plan_tracked(run: Play, channel: str) -> None:
    async def act(scene: Scene) -> None:
        plan = tracked("t")
        scene.keep(plan)
        await scene.subscribed("bbo BTC")
        told = (
            order_update(cloid(plan), "filled") if channel == "orderUpdates" else fills(cloid(plan))
        )
        await scene.venue.tell(channel, told)
        await scene.told("track t")

    run(act)


def test_a_plan_in_doubt_need_not_wait_for_the_heartbeat(run: Play) -> None:
    async def act(scene: Scene) -> None:
        scene.keep(LifecycleBuilder(a_plan(), "doubtful").accepted().triggered().intended())
        await scene.told("press doubtful", times=2)

    run(act)


def test_a_position_without_a_stop_need_not_wait_for_the_heartbeat(run: Play) -> None:
    async def act(scene: Scene) -> None:
        stop = {"stop_loss": Decimal(29000)}
        plan = LifecycleBuilder(a_plan(**stop), "bare").accepted().triggered()
        plan.intended().answered(AnswerKind.FILLED, filled="1").filled()
        scene.keep(plan)
        await scene.told("press bare", times=2)
        scene.keep(plan.intended(Leg.STOP, size="1", trigger="29000").answered())
        await asyncio.sleep(2 * REFRESH_SECONDS)
        pressed = scene.calls.count("press bare")
        await asyncio.sleep(2 * REFRESH_SECONDS)
        assert scene.calls.count("press bare") == pressed

    run(act)


def test_news_of_an_order_that_was_just_intended_waits_for_no_refresh(run: Play) -> None:
    async def act(scene: Scene) -> None:
        scene.keep(tracked("first"))
        await scene.subscribed("bbo BTC")
        plan = tracked("t")
        scene.keep(plan)
        began = asyncio.get_running_loop().time()
        await scene.venue.tell("userFills", fills(cloid(plan)))
        await scene.told("track t")
        assert asyncio.get_running_loop().time() - began < 0.5
        assert scene.calls.count("reconcile") == 1

    run(act)


def test_what_is_told_of_one_plan_at_about_the_same_time_is_one_message(run: Play) -> None:
    async def act(scene: Scene) -> None:
        plan = tracked("t")
        scene.keep(plan)
        await scene.subscribed("bbo BTC")
        key, fill = cloid(plan), plan.filled(size="1").lifecycle.fills[0]
        await scene.venue.tell("orderUpdates", order_update(key, "filled"))
        await scene.told("track t")
        scene.keep(plan)
        await scene.venue.tell("userFills", fills(key, fill.trade_id, fill.order_id))
        await asyncio.sleep(2 * YOUNG.total_seconds())
        assert scene.calls.count("track t") == 1
        await scene.venue.tell("userFills", fills(key, 1000))
        await scene.venue.tell("userFills", fills(key, 1001))
        await scene.told("track t", times=3)

    run(act)


@pytest.mark.parametrize("is_booked", [False, True])
def test_what_the_sender_of_an_order_takes_in_himself_is_left_to_him(
    run: Play, is_booked: bool
) -> None:
    async def act(scene: Scene) -> None:
        scene.keep(tracked("other"))
        await scene.subscribed("bbo BTC")
        plan = LifecycleBuilder(a_plan(), "t").accepted().triggered()
        scene.keep(plan.intended(intended_at=utc_now()).answered(AnswerKind.RESTING))
        fill = plan.filled(size="1").lifecycle.fills[0]
        began = asyncio.get_running_loop().time()
        await scene.venue.tell("userFills", fills(cloid(plan), fill.trade_id, fill.order_id))
        if is_booked:
            scene.keep(plan)
            await asyncio.sleep(2 * YOUNG.total_seconds())
            assert scene.calls.count("track t") == 0
        else:
            await scene.told("track t")
            assert asyncio.get_running_loop().time() - began > YOUNG.total_seconds() / 2

    run(act)


@pytest.mark.parametrize(
    ("channel", "told"),
    [
        ("orderUpdates", order_update(STRANGER, "open")),
        ("orderUpdates", order_update(None, "filled")),
        ("orderUpdates", [{"order": "?"}]),
        ("userFills", fills(STRANGER)),
        ("userFills", {"fills": "?"}),
        ("user", {"liquidation": {"lid": 1}}),
        ("user", {"nonUserCancel": [{"coin": "BTC", "oid": 5}]}),
        ("user", {"somethingNew": 1}),
    ],
)
def test_what_belongs_to_no_plan_or_is_not_understood_is_reconciled(
    run: Play, channel: str, told: Json
) -> None:
    async def act(scene: Scene) -> None:
        await scene.venue.tell(channel, told)
        await scene.told("reconcile", times=2)

    run(act)


@pytest.mark.parametrize(
    ("channel", "told"),
    [
        ("userFills", fills(STRANGER, isSnapshot=True)),
        ("user", {"fills": []}),
        ("user", {"funding": {}}),
        ("weather", {"mood": "fine"}),
        ("error", "Already subscribed"),
        ("allMids", "?"),
    ],
)
def test_what_needs_nothing_disturbs_nobody(run: Play, channel: str, told: Json) -> None:
    async def act(scene: Scene) -> None:
        plan = tracked("t")
        scene.keep(plan)
        await scene.subscribed("bbo BTC")
        await scene.venue.tell(channel, told)
        await scene.venue.tell("userFills", fills(cloid(plan)))
        await scene.told("track t")
        assert scene.calls.made == ["reconcile", "track t"]

    run(act)


def test_while_the_broker_is_away_nothing_is_forgotten(run: Play) -> None:
    async def act(scene: Scene) -> None:
        plan = tracked("t")
        scene.keep(plan)
        scene.keep(waiting("a", 100))
        await scene.subscribed("bbo BTC")
        scene.calls.is_away = True
        await scene.venue.tell("userFills", fills(cloid(plan)))
        await scene.tell_best("BTC", "100", "102")
        await scene.venue.tell("user", {"liquidation": {}})
        await until(lambda: scene.market.quote("BTC") is not None)
        scene.calls.is_away = False
        for call in ("track t", "check a"):
            await scene.told(call)
        await scene.told("reconcile", times=2)

    run(act)


def test_who_loses_the_lease_stops_and_takes_it_again_when_it_is_free(run: Play) -> None:
    async def act(scene: Scene) -> None:
        scene.redis.set(LEASE_KEY, "someone else", px=1500)
        await until(lambda: not scene.venue.connections, 3, "it stops")
        pulse = read_pulse(scene.redis)
        await scene.subscribed(*USERS, times=2)
        await scene.told("reconcile", times=2)
        await until(lambda: _token(scene) != (None if pulse is None else pulse.token))

    run(act)


def test_it_gives_signs_of_life(run: Play) -> None:
    async def act(scene: Scene) -> None:
        scene.keep(waiting("a", 100))
        await until(lambda: (p := read_pulse(scene.redis)) is not None and p.symbols == 1)
        pulse = read_pulse(scene.redis)
        assert pulse is not None
        assert pulse.heard_at is not None
        assert (pulse.at - pulse.heard_at).total_seconds() < 1
        await until(lambda: read_pulse(scene.redis) != pulse)

    run(act)


def _token(scene: Scene) -> int | None:
    pulse = read_pulse(scene.redis)
    return None if pulse is None else pulse.token
