"""Closing: after silence, on overflow, and without a frame when aborted."""

import asyncio
from collections.abc import Callable

import pytest
from aiohttp import ClientSession, WSMsgType, web
from aiohttp.test_utils import TestServer

from local_exchange.wire.connection import OUTBOX_LIMIT, Connection

IDLE_SECONDS = 0.1


async def received(drive: Callable[[Connection], None]) -> tuple[list[str], int | None]:
    """The texts that a client gets from a driven connection, and the code it closes with."""

    async def handle(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        assert request.transport is not None
        connection = Connection(socket, request.transport, IDLE_SECONDS)
        drive(connection)
        writer = asyncio.create_task(connection.write())
        async for _ in socket:
            pass
        writer.cancel()
        return socket

    app = web.Application()
    app.router.add_get("/ws", handle)
    async with (
        TestServer(app) as server,
        ClientSession() as client,
        client.ws_connect(server.make_url("/ws")) as socket,
    ):
        texts = [message.data async for message in socket if message.type is WSMsgType.TEXT]
        return texts, socket.close_code


def hold_open(connection: Connection) -> None:
    """Cut it off only long after it would have been closed."""
    connection.hold_open()
    asyncio.get_running_loop().call_later(5 * IDLE_SECONDS, connection.abort)


@pytest.mark.parametrize(
    ("drive", "texts", "code"),
    [
        pytest.param(lambda _: None, [], 1000, id="silence closes"),
        pytest.param(lambda connection: connection.send("a"), ["a"], 1000, id="then silence"),
        pytest.param(lambda connection: connection.abort(), [], 1006, id="abort has no frame"),
        pytest.param(hold_open, [], 1006, id="held open through the silence"),
        pytest.param(
            lambda connection: [connection.send("") for _ in range(OUTBOX_LIMIT + 1)],
            [],
            1006,
            id="overflow cuts off",
        ),
    ],
)
def test_closing(drive: Callable[[Connection], None], texts: list[str], code: int) -> None:
    assert asyncio.run(received(drive)) == (texts, code)
