"""`/_local/faults`: set them, look at them, delete them."""

from aiohttp import web

from local_exchange.faults.catalogue import AnyFault
from local_exchange.faults.injection import FaultInjection
from local_exchange.faults.schedule import Schedule
from local_exchange.faults.transport import Handler, Transport
from local_exchange.wire.routes import read_control
from local_exchange.wire.scalars import WireModel
from local_exchange.wire.venue import Venue


class FaultOrder(WireModel):
    """Faults to set beside those that are, and a schedule in place of the one that is."""

    faults: tuple[AnyFault, ...] = ()
    schedule: Schedule | None = None


class FaultRoutes:
    """The controls of one exchange's faults."""

    def __init__(self, injection: FaultInjection) -> None:
        self._injection = injection

    async def set(self, request: web.Request) -> web.Response:
        """Answers the ids of the faults, in their order."""
        order = await read_control(request, FaultOrder)
        if order.schedule is not None:
            self._injection.board.follow(order.schedule)
        return web.json_response({"ids": [self._injection.add(each) for each in order.faults]})

    async def list(self, _request: web.Request) -> web.Response:
        """What is set, and what it did."""
        return web.json_response(self._injection.board.listing())

    async def clear(self, _request: web.Request) -> web.Response:
        """Delete all of them."""
        self._injection.board.clear()
        return web.json_response({"status": "ok"})

    async def remove(self, request: web.Request) -> web.Response:
        """Delete one."""
        number = request.match_info["number"]
        try:
            self._injection.board.remove(int(number))
        except KeyError as error:
            raise web.HTTPNotFound(text=f"no fault {number} is set") from error
        return web.json_response({"status": "ok"})


def install(app: web.Application, venue: Venue, injection: FaultInjection) -> None:
    """Let the application's traffic meet the faults, and be told about them."""
    transport = Transport(injection.board, venue)

    @web.middleware
    async def carry(request: web.Request, handler: Handler) -> web.StreamResponse:
        return await transport.carry(request, handler)

    routes = FaultRoutes(injection)
    app.middlewares.append(carry)
    app.add_routes(
        [
            web.post("/_local/faults", routes.set),
            web.get("/_local/faults", routes.list),
            web.delete("/_local/faults", routes.clear),
            web.delete(r"/_local/faults/{number:\d+}", routes.remove),
        ]
    )
