"""Real stream processes: what reaches the queues, and how soon; who takes over when one dies."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.stream.streams import START_SECONDS, Streams, exchange_pid, streams
from tests.support.lifecycles import LifecycleBuilder, a_plan
from tests.support.real_processes import RealExchange, real_exchange
from trader.conditions.condition import PriceAbove
from trader.market.snapshot import MarketSnapshot
from trader.plans.plan import Plan
from trader.stream.pulse import read_pulse

TRACK = "workers.track.track_orders"
SWEEP = "workers.track.sweep_orders"
CHECK = "workers.monitor.check_plan"


@pytest.fixture
def running(
    tmp_path: Path, empty_broker_url: str, exchange_process: RealExchange
) -> Iterator[Streams]:
    """A funded account on an exchange whose BTC stands at 100000."""
    with streams(tmp_path, empty_broker_url, exchange_process) as started:
        started.controls.set_mid("BTC", "100000")
        yield started


def plan(key: str, level: str = "1000000") -> Plan:
    return a_plan(plan_id=key, entry=PriceAbove(level=Decimal(level)))


def tracked(key: str) -> LifecycleBuilder:
    return LifecycleBuilder(plan(key), key).accepted().triggered().intended(size="0.01").answered()


def test_a_fill_reaches_the_queue_within_a_second(running: Streams) -> None:
    builder = tracked("t")
    running.keep(builder)
    running.start()
    running.await_active()
    assert running.seconds_until(SWEEP) < START_SECONDS, "missed events are looked for first"
    running.trade(builder)
    assert running.seconds_until(TRACK, "t") < 1
    assert running.count(CHECK, "t") == 0


def test_a_fill_of_an_order_intended_this_moment_does_too(running: Streams) -> None:
    running.start()
    running.await_active()
    builder = tracked("t")
    running.keep(builder)
    running.trade(builder)
    assert running.seconds_until(TRACK, "t") < 1


def test_a_crossed_level_reaches_the_queue_within_a_second(running: Streams) -> None:
    running.keep(LifecycleBuilder(plan("a", "100500"), "a").accepted())
    running.keep(LifecycleBuilder(plan("b", "102000"), "b").accepted())
    running.start()
    running.await_active()
    running.wait(lambda: _mid(running) == 100_000, "the stream tells BTC's price")
    running.controls.set_mid("BTC", "101000")
    assert running.seconds_until(CHECK, "a") < 1
    assert _mid(running) == 101_000
    running.controls.set_mid("BTC", "103000")
    assert running.seconds_until(CHECK, "b") < 1
    assert running.count(CHECK, "a") == 1


def test_a_restarted_exchange_is_found_again_and_everything_is_reconciled(
    tmp_path: Path, empty_broker_url: str
) -> None:
    with (
        real_exchange(tmp_path / "exchange", "--seed", "1", "--frozen") as exchange,
        streams(tmp_path, empty_broker_url, exchange) as running,
    ):
        running.keep(LifecycleBuilder(plan("a"), "a").accepted())
        running.start()
        running.await_active()
        running.seconds_until(SWEEP)
        os.kill(exchange_pid(exchange), signal.SIGKILL)
        running.wait(lambda: _is_deaf(running), "the loss is noticed")
        running.seconds_until(SWEEP, times=2)
        running.wait(lambda: not _is_deaf(running), "the venue is heard again")
        running.controls.set_mid("BTC", "99000")
        running.wait(lambda: _mid(running) == 99_000, "prices come in again")


@pytest.mark.parametrize("fault", ["socket_closed", "socket_silent"])
def test_a_fill_in_the_dark_is_looked_for_afterwards(running: Streams, fault: str) -> None:
    """Silence is noticed after some seconds; what happened meanwhile is found by the sweep."""
    builder, later = tracked("t"), tracked("later")
    running.keep(builder)
    running.keep(later)
    running.start()
    running.await_active()
    running.seconds_until(SWEEP)
    running.controls.set_fault(fault, ends_after_ms=200)
    running.trade(builder)
    running.seconds_until(SWEEP, times=2)
    running.wait(lambda: not _is_deaf(running), "the venue is heard again")
    running.trade(later)
    assert running.seconds_until(TRACK, "later") < 1


def test_a_standby_takes_over_from_one_that_was_killed(running: Streams) -> None:
    builder = tracked("t")
    running.keep(builder)
    first = running.start()
    token = running.await_active().token
    second = running.start()
    _await_standby(running)
    sweeps = running.count(SWEEP)
    first.send_signal(signal.SIGKILL)
    began = time.monotonic()
    running.await_active(after=token)
    assert time.monotonic() - began < 5
    running.seconds_until(SWEEP, times=sweeps + 1)
    running.trade(builder)
    assert running.seconds_until(TRACK, "t") < 1
    assert second.poll() is None


def test_one_that_is_stopped_leaves_at_once_to_its_successor(running: Streams) -> None:
    first = running.start()
    token = running.await_active().token
    running.start()
    _await_standby(running)
    first.send_signal(signal.SIGTERM)
    began = time.monotonic()
    running.await_active(after=token)
    assert time.monotonic() - began < 2.5
    assert first.wait(START_SECONDS) == 0


def test_one_that_was_asleep_longer_than_its_lease_stands_by(running: Streams) -> None:
    first = running.start()
    token = running.await_active().token
    running.start()
    _await_standby(running)
    first.send_signal(signal.SIGSTOP)
    later = running.await_active(after=token).token
    first.send_signal(signal.SIGCONT)
    log = running.folder / "stream-0.log"
    running.wait(lambda: "standing by" in log.read_text(), "the first has noticed")
    assert running.await_active().token == later


def test_without_an_account_address_it_does_not_start(running: Streams) -> None:
    environment = {**running.environment, "TRADER_PRIVATE_KEY": "0x" + "11" * 32}
    del environment["TRADER_ACCOUNT_ADDRESS"]
    running.environment = environment
    assert running.start().wait(START_SECONDS) == 2
    (line,) = (running.folder / "stream-0.log").read_text().splitlines()
    assert line.startswith("trader: TRADER_ACCOUNT_ADDRESS is not set")


def test_trader_stream_starts_one_and_tells_whether_one_is_active(running: Streams) -> None:
    command = [sys.executable, "-m", "trader", "stream"]
    check = [*command, "--check"]
    environment = dict(running.environment)
    asked = subprocess.run(check, env=environment, cwd=running.folder, capture_output=True)
    assert (asked.returncode, asked.stdout) == (1, b"no stream has ever run here\n")
    with subprocess.Popen(
        command, env=environment, cwd=running.folder, stderr=subprocess.DEVNULL
    ) as process:
        running.await_active()
        asked = subprocess.run(check, env=environment, cwd=running.folder, capture_output=True)
        process.send_signal(signal.SIGINT)
        assert process.wait(START_SECONDS) == 0
    assert asked.returncode == 0
    assert asked.stdout.startswith(b"follows 0 symbols; the venue was heard")


def _await_standby(running: Streams) -> None:
    """The latest process has asked for the lease, and another had it."""
    log = running.folder / f"stream-{len(running.processes) - 1}.log"
    running.wait(lambda: "standing by" in log.read_text(), "the second one stands by")


def _mid(running: Streams) -> Decimal | None:
    quote = MarketSnapshot(running.redis, running.exchange.url).quote("BTC")
    return None if quote is None else quote.mid


def _is_deaf(running: Streams) -> bool:
    pulse = read_pulse(running.redis)
    return pulse is None or pulse.heard_at is None
