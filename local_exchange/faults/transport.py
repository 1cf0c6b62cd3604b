"""HTTP requests that are lost, late, or answered by what stands before the venue."""

import asyncio
import functools
import json
import socket
import struct
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

from local_exchange.faults.board import FaultBoard, Strike, monotonic_ms
from local_exchange.faults.http_faults import (
    TOO_MANY_REQUESTS,
    Delayed,
    Ending,
    HttpError,
    Moment,
    RequestDropped,
    RequestOccurrence,
    Unanswered,
    WeightLimit,
)
from local_exchange.faults.scope import Subject, Surface
from local_exchange.faults.weights import WeightMeter, answer_weight, request_weight
from local_exchange.wire.envelope import Envelope, RequestRefusedError, parse_envelope
from local_exchange.wire.queries import Query, parse_query
from local_exchange.wire.venue import Venue

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Parsed = Envelope | Query | None

_SURFACES: Final = {"/exchange": Surface.EXCHANGE, "/info": Surface.INFO}
_LINGER_ZERO: Final = struct.pack("ii", 1, 0)
"""With this a closing socket sends RST."""
_REASONS: Final = {500: "Internal Server Error", 502: "Bad Gateway"}


class Transport:
    """What happens to a request before the exchange sees it, and to its reply."""

    def __init__(self, board: FaultBoard, venue: Venue) -> None:
        self._board = board
        self._venue = venue
        self._weights = WeightMeter()

    async def carry(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """A middleware's work."""
        surface = _SURFACES.get(request.path)
        if surface is None or self._board.is_calm:
            return await handler(request)
        parsed = _parsed(surface, await request.read())
        if self._is_overweight(request, parsed):
            return _error(TOO_MANY_REQUESTS)
        strikes = self._board.strikes_on_request(self._subject(surface, parsed))
        early = await _suffer(request, strikes, Moment.BEFORE)
        if early is not None:
            return early
        reply = await handler(request)
        self._charge_answer(request, parsed, reply)
        late = await _suffer(request, strikes, Moment.AFTER)
        return reply if late is None else late

    def _subject(self, surface: Surface, parsed: Parsed) -> Subject:
        if isinstance(parsed, Envelope):
            account = functools.partial(self._venue.account_of, parsed)
            return Subject(surface, parsed.action.type, account)
        kind = None if parsed is None else parsed.type
        return Subject(surface, kind, lambda: getattr(parsed, "user", None))

    def _is_overweight(self, request: web.Request, parsed: Parsed) -> bool:
        limits = self._board.conditions(WeightLimit)
        if not limits or parsed is None:
            return False
        client, now_ms, weight = str(request.remote), monotonic_ms(), request_weight(parsed)
        if self._weights.used(client, now_ms) + weight > min(each.limit for each in limits):
            return True
        self._weights.charge(client, weight, now_ms)
        return False

    def _charge_answer(
        self, request: web.Request, parsed: Parsed, reply: web.StreamResponse
    ) -> None:
        if not self._board.conditions(WeightLimit) or parsed is None:
            return
        if isinstance(reply, web.Response) and reply.text is not None:
            weight = answer_weight(parsed, json.loads(reply.text))
            self._weights.charge(str(request.remote), weight, monotonic_ms())


def _parsed(surface: Surface, body: bytes) -> Parsed:
    try:
        return parse_envelope(body) if surface is Surface.EXCHANGE else parse_query(body)
    except RequestRefusedError:
        return None


async def _suffer(
    request: web.Request, strikes: list[Strike[RequestOccurrence]], moment: Moment
) -> web.StreamResponse | None:
    """Wait out the delays of that moment; what the client gets if it is not the reply."""
    for fault, chance in strikes:
        if isinstance(fault, Delayed) and fault.moment is moment:
            await asyncio.sleep(chance.randint(fault.min_ms, fault.max_ms) / 1_000)
    for fault, _ in strikes:
        if isinstance(fault, HttpError) and fault.moment is moment:
            return _error(fault.status)
        if isinstance(fault, Unanswered) and _moment(fault) is moment:
            return await _end_connection(request, fault)
    return None


def _moment(fault: Unanswered) -> Moment:
    return Moment.BEFORE if isinstance(fault, RequestDropped) else Moment.AFTER


def _error(status: int) -> web.Response:
    if status == TOO_MANY_REQUESTS:
        return web.json_response(None, status=status)
    heading = f"{status} {_REASONS[status]}"
    page = f"<html><head><title>{heading}</title></head><body><h1>{heading}</h1></body></html>"
    return web.Response(status=status, text=page, content_type="text/html")


async def _end_connection(request: web.Request, fault: Unanswered) -> web.Response:
    if fault.ending is Ending.HANG:
        await asyncio.sleep(fault.hang_ms / 1_000)
    transport = request.transport
    if transport is not None:
        if fault.ending is Ending.RESET:
            connection = transport.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)
        transport.abort()
    return web.Response()
