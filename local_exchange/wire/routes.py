"""The HTTP surface: `/exchange`, `/info`, `/ws` and `/_local`, all on one port."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from aiohttp import WSMsgType, web
from pydantic import ValidationError

from local_exchange.inputs.model import (
    AgentExpired,
    DepositMade,
    DepthSet,
    Input,
    MarketMoved,
    OrderEnded,
)
from local_exchange.wire import controls
from local_exchange.wire.connection import Connection
from local_exchange.wire.envelope import RequestRefusedError, check_content_type, parse_envelope
from local_exchange.wire.queries import parse_query
from local_exchange.wire.scalars import WireModel
from local_exchange.wire.session import Session
from local_exchange.wire.venue import Venue

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Control = TypeVar("Control", bound=WireModel)

VENUE: Final = web.AppKey("venue", Venue)
SOCKETS: Final[web.AppKey[set[web.WebSocketResponse]]] = web.AppKey("sockets", set)


def create_app(venue: Venue) -> web.Application:
    """The application. What disturbs the traffic on purpose belongs among the middlewares:
    each sees a request before the exchange does and its reply after the exchange has committed.
    """
    app = web.Application(middlewares=[answer_refusals])
    app[VENUE] = venue
    app[SOCKETS] = set()
    app.on_shutdown.append(_close_sockets)
    app.add_routes(
        [
            web.post("/exchange", post_exchange),
            web.post("/info", post_info),
            web.get("/ws", serve_socket),
            web.get("/_local/health", get_health),
            web.get("/_local/ledger", get_ledger),
            web.post("/_local/deposit", post_deposit),
            web.post("/_local/market", post_market),
            web.post("/_local/depth", post_depth),
            web.post("/_local/end_order", post_end_order),
            web.post("/_local/expire_agent", post_expire_agent),
        ]
    )
    return app


@web.middleware
async def answer_refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refusals below the protocol are plain text with their HTTP status."""
    try:
        return await handler(request)
    except RequestRefusedError as refused:
        return web.Response(status=refused.status, text=refused.text)


async def post_exchange(request: web.Request) -> web.Response:
    """A signed action."""
    check_content_type(request.content_type)
    envelope = parse_envelope(await request.read())
    return web.json_response(request.app[VENUE].trade(envelope))


async def post_info(request: web.Request) -> web.Response:
    """A query."""
    check_content_type(request.content_type)
    query = parse_query(await request.read())
    return web.json_response(request.app[VENUE].inform(query))


async def serve_socket(request: web.Request) -> web.WebSocketResponse:
    """A websocket, until either side closes it."""
    socket = web.WebSocketResponse(compress=False)
    await socket.prepare(request)
    assert request.transport is not None
    venue = request.app[VENUE]
    connection = Connection(socket, request.transport)
    with venue.interference.connected(connection) as line:
        session = Session(venue, line)
        writer = asyncio.create_task(connection.write())
        request.app[SOCKETS].add(socket)
        try:
            async for received in socket:
                if received.type in (WSMsgType.TEXT, WSMsgType.BINARY):
                    session.receive(received.data)
        finally:
            request.app[SOCKETS].discard(socket)
            session.close()
            writer.cancel()
    return socket


async def get_health(_request: web.Request) -> web.Response:
    """Whether the exchange is up."""
    return web.json_response({"status": "ok"})


async def get_ledger(request: web.Request) -> web.Response:
    """What was really accepted and filled."""
    return web.json_response(controls.ledger(request.app[VENUE].exchange))


async def post_deposit(request: web.Request) -> web.Response:
    """Credit an account."""
    return _apply(request, DepositMade(control=await read_control(request, controls.Deposit)))


async def post_market(request: web.Request) -> web.Response:
    """Move a price."""
    return _apply(request, MarketMoved(control=await read_control(request, controls.MarketMove)))


async def post_depth(request: web.Request) -> web.Response:
    """Fix or restore a book."""
    return _apply(request, DepthSet(control=await read_control(request, controls.Depth)))


async def post_end_order(request: web.Request) -> web.Response:
    """End a working order."""
    return _apply(request, OrderEnded(control=await read_control(request, controls.EndOrder)))


async def post_expire_agent(request: web.Request) -> web.Response:
    """End an agent's approval."""
    return _apply(request, AgentExpired(control=await read_control(request, controls.ExpireAgent)))


async def read_control(request: web.Request, model: type[Control]) -> Control:
    """The body as that model; a bad one is answered 400 with what is wrong."""
    try:
        return model.model_validate_json(await request.read())
    except ValidationError as error:
        raise web.HTTPBadRequest(text=str(error)) from error


def _apply(request: web.Request, change: Input) -> web.Response:
    try:
        return web.json_response(request.app[VENUE].apply(change))
    except ValueError as error:
        raise web.HTTPBadRequest(text=str(error)) from error


async def _close_sockets(app: web.Application) -> None:
    for socket in app[SOCKETS].copy():
        await socket.close(code=1001, message=b"Going away")
