"""A connection that is lost, in every way, is noticed and followed by another."""

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable
from typing import Never

import pytest

from tests.stream.tiny_venue import PING, TinyVenue, tiny_venue, until
from trader.stream.connection import stay_connected
from trader.venues.hyperliquid.websocket import (
    ConnectionLost,
    Patience,
    Websocket,
    open_websocket,
    websocket_url,
)

QUICK = Patience(opening=1.0, ping=0.1, silence=0.4)
SLOW = Patience(opening=1.0, ping=60.0, silence=0.4)


@pytest.mark.parametrize(
    ("url", "websocket"),
    [
        ("http://127.0.0.1:3001", "ws://127.0.0.1:3001/ws"),
        ("https://api.hyperliquid.xyz/", "wss://api.hyperliquid.xyz/ws"),
    ],
)
def test_the_websocket_is_at_the_base_url(url: str, websocket: str) -> None:
    assert websocket_url(url) == websocket


async def listen(websocket: Websocket) -> Never:
    while True:
        await websocket.receive()


async def talk(websocket: Websocket) -> Never:
    while True:
        await websocket.send("x")


async def lost(venue: TinyVenue, patience: Patience) -> tuple[str, float]:
    """Why a listener's connection ended, and how long it lived."""
    began = time.monotonic()
    async with open_websocket(venue.url, patience) as websocket:
        with pytest.raises(ConnectionLost) as caught:
            await listen(websocket)
    return str(caught.value), time.monotonic() - began


def test_pings_keep_a_quiet_connection_alive() -> None:
    async def scene() -> None:
        async with tiny_venue() as venue, open_websocket(venue.url, QUICK) as websocket:
            for _ in range(8):
                assert "pong" in await websocket.receive()
            assert venue.heard.count(PING) >= 8

    asyncio.run(scene())


def test_a_connection_that_says_nothing_is_dead_although_it_is_open() -> None:
    async def scene() -> None:
        async with tiny_venue() as venue:
            venue.is_mute = True
            why, lived = await lost(venue, QUICK)
            assert why == "no message for 0.4 s on an open connection"
            assert 0.4 <= lived < 2

    asyncio.run(scene())


def test_a_venue_that_closes_is_noticed_at_once() -> None:
    async def scene() -> None:
        async with tiny_venue() as venue:
            listening = asyncio.create_task(lost(venue, SLOW))
            await until(lambda: venue.connections)
            await venue.close_all(code=1011)
            why, lived = await listening
            assert "1011" in why
            assert lived < 0.4

    asyncio.run(scene())


def test_what_cannot_be_sent_is_a_lost_connection() -> None:
    async def scene() -> None:
        async with tiny_venue() as venue, open_websocket(venue.url, SLOW) as websocket:
            await venue.close_all()
            with pytest.raises(ConnectionLost, match="closed"):
                await talk(websocket)

    asyncio.run(scene())


def test_where_nobody_listens() -> None:
    async def scene() -> None:
        async with tiny_venue() as venue:
            url = venue.url
        with pytest.raises(ConnectionLost, match="no connection to ws"):
            async with open_websocket(url, QUICK):
                pass

    asyncio.run(scene())


def test_a_server_that_accepts_and_never_answers() -> None:
    async def scene() -> None:
        with socket.create_server(("127.0.0.1", 0)) as deaf:
            port = deaf.getsockname()[1]
            began = time.monotonic()
            with pytest.raises(ConnectionLost, match="no connection"):
                async with open_websocket(f"http://127.0.0.1:{port}", QUICK):
                    pass
            assert time.monotonic() - began < 3

    asyncio.run(scene())


async def staying(url: str, serve: Callable[[Websocket], Awaitable[Never]]) -> asyncio.Task[Never]:
    return asyncio.create_task(stay_connected(url, QUICK, serve))


def test_each_end_is_followed_by_another_connection() -> None:
    async def scene() -> None:
        async with tiny_venue() as venue:
            task = await staying(venue.url, listen)
            for count in (1, 2, 3):
                await until(lambda count=count: venue.accepted == count and venue.connections)
                await venue.close_all()
            venue.is_mute = True
            await until(lambda: venue.accepted >= 5, 20, "silence ends connections too")
            task.cancel()

    asyncio.run(scene())


def test_it_waits_longer_and_longer_for_a_venue_that_is_away_and_finds_it_when_it_is_back() -> None:
    async def scene() -> None:
        async with tiny_venue() as venue:
            port = venue.port
        task = await staying(f"http://127.0.0.1:{port}", listen)
        await asyncio.sleep(1.5)
        async with tiny_venue(port) as venue:
            await until(lambda: venue.connections, 10, "it is back")
            assert venue.accepted == 1
        task.cancel()

    asyncio.run(scene())


def test_an_error_of_ours_is_not_taken_for_a_lost_connection() -> None:
    async def broken(_: Websocket) -> Never:
        raise ZeroDivisionError

    async def scene() -> None:
        async with tiny_venue() as venue:
            with pytest.raises(ZeroDivisionError):
                await stay_connected(venue.url, QUICK, broken)

    asyncio.run(scene())
