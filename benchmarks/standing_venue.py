"""A venue at which everything stands still: entries fill at once, exits rest, prices never move.

It keeps what it knows of its one account in the replies of Hyperliquid's `/info`, and serves them.
The local exchange would do, but it holds an account to the venue's thousand open orders.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from trader.clock import utc_now
from trader.processes.ports import LOOPBACK
from trader.venues.hyperliquid import replies, reports
from trader.venues.hyperliquid.wire import decimal_to_wire, order_action
from trader.venues.instrument import Instrument
from trader.venues.moments import to_milliseconds
from trader.venues.names import HYPERLIQUID
from trader.venues.orders import AnswerKind, Fill, OrderAnswer, OrderRequest
from trader.venues.quote import Quote
from trader.venues.venue import Action

Wire = dict[str, Any]

MIDS = {"BTC": Decimal(100_000), "ETH": Decimal(3_000), "SOL": Decimal(150), "HYPE": Decimal(40)}
SIZE_DECIMALS = {"BTC": 5, "ETH": 4, "SOL": 2, "HYPE": 2}


class StandingVenue:
    """What the Trader asks of a venue to enter and to protect, and that venue's own books.

    `account` is the address that trades. Open orders are kept by cloid, positions by symbol.
    """

    name = HYPERLIQUID

    def __init__(self, account: str) -> None:
        self.signer = account
        self._meta: Wire = {
            "universe": [
                {"name": symbol, "szDecimals": decimals, "maxLeverage": 20}
                for symbol, decimals in SIZE_DECIMALS.items()
            ]
        }
        self._instruments = reports.instruments_of(replies.parse(replies.META, self._meta))
        self._open: dict[str, Wire] = {}
        self._fills: dict[str, Wire] = {}
        self._positions = dict.fromkeys(MIDS, Decimal(0))
        self._last_id = 0

    def instruments(self) -> Mapping[str, Instrument]:
        """What is listed."""
        return self._instruments

    def quote(self, symbol: str) -> Quote:
        """The same mid for ever."""
        mid = MIDS[symbol]
        return Quote(symbol=symbol, observed_at=utc_now(), mid=mid, mark=mid, bid=mid, ask=mid)

    def requests_left(self) -> None:
        """Unknown."""

    def compose_orders(self, orders: Sequence[OrderRequest]) -> Action:
        """As Hyperliquid wants it."""
        return order_action(orders, self._instruments)

    def admit(self, action: Action, now: datetime) -> int:  # noqa: ARG002
        """There is always room."""
        return self._next_id()

    def send_orders(
        self,
        action: Wire,
        nonce: int,  # noqa: ARG002
        expires_after: datetime,  # noqa: ARG002
    ) -> tuple[OrderAnswer, ...]:
        """Fill what takes, and let triggers rest."""
        return tuple(self._take(order) for order in action["orders"])

    def fill_of(self, cloid: str) -> Fill:
        """The trade of this order."""
        return reports.fill_of(replies.WireFill.model_validate(self._fills[cloid]), self.signer)

    def lose(self, cloid: str) -> None:
        """End an open order without a word."""
        del self._open[cloid]

    def trade(self, cloid: str) -> None:
        """Trade an open order to its whole size, at the mid."""
        order = self._open.pop(cloid)
        self._fill(cloid, order["oid"], order["coin"], order["side"], Decimal(order["sz"]))

    @contextmanager
    def served(self) -> Iterator[str]:
        """The venue's `/info` as of now, at this URL, until the context ends."""
        server = ThreadingHTTPServer((LOOPBACK, 0), _handler(self._replies()))
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://{LOOPBACK}:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    def _take(self, order: Wire) -> OrderAnswer:
        symbol, side = list(SIZE_DECIMALS)[order["a"]], "B" if order["b"] else "A"
        oid = self._next_id()
        if "limit" in order["t"]:
            size = Decimal(order["s"])
            self._fill(order["c"], oid, symbol, side, size)
            return OrderAnswer(
                kind=AnswerKind.FILLED, order_id=oid, filled_size=size, average_price=MIDS[symbol]
            )
        self._open[order["c"]] = {
            "coin": symbol,
            "side": side,
            "limitPx": order["p"],
            "sz": order["s"],
            "oid": oid,
            "timestamp": to_milliseconds(utc_now()),
            "origSz": order["s"],
            "triggerCondition": f"Price reaches {order['t']['trigger']['triggerPx']}",
            "isTrigger": True,
            "triggerPx": order["t"]["trigger"]["triggerPx"],
            "children": [],
            "isPositionTpsl": False,
            "reduceOnly": order["r"],
            "orderType": "Stop Market",
            "tif": None,
            "cloid": order["c"],
        }
        return OrderAnswer(kind=AnswerKind.RESTING, order_id=oid)

    def _fill(self, cloid: str, oid: int, symbol: str, side: str, size: Decimal) -> None:
        before = self._positions[symbol]
        self._positions[symbol] += size if side == "B" else -size
        self._fills[cloid] = {
            "coin": symbol,
            "px": decimal_to_wire(MIDS[symbol]),
            "sz": decimal_to_wire(size),
            "side": side,
            "time": to_milliseconds(utc_now()),
            "startPosition": decimal_to_wire(before),
            "closedPnl": "0.0",
            "oid": oid,
            "crossed": True,
            "fee": decimal_to_wire(size * MIDS[symbol] * Decimal("0.00045")),
            "tid": self._next_id(),
            "feeToken": "USDC",
            "cloid": cloid,
        }

    def _next_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def _replies(self) -> Wire:
        return {
            "meta": self._meta,
            "frontendOpenOrders": list(self._open.values()),
            "userFillsByTime": list(self._fills.values()),
            "clearinghouseState": {
                "assetPositions": [
                    {
                        "position": {
                            "coin": symbol,
                            "szi": decimal_to_wire(size),
                            "entryPx": decimal_to_wire(MIDS[symbol]),
                            "unrealizedPnl": "0.0",
                        }
                    }
                    for symbol, size in self._positions.items()
                ],
                "marginSummary": {"accountValue": "1000000.0"},
                "withdrawable": "1000000.0",
            },
        }


def _handler(replies_by_type: Wire) -> type[BaseHTTPRequestHandler]:
    bodies = {name: json.dumps(reply).encode() for name, reply in replies_by_type.items()}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            body = bodies[asked["type"]]
            if "startTime" in asked:
                fills = replies_by_type[asked["type"]]
                late = [fill for fill in fills if fill["time"] >= asked["startTime"]]
                body = json.dumps(late).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing to say."""

    return Handler
