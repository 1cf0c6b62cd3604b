"""`python -m local_exchange`: serve until interrupted."""

import argparse
import asyncio
import signal
from collections.abc import Sequence

from local_exchange.engine.config import ExchangeConfig, MarketConfig
from local_exchange.server import LocalExchangeServer, ServerConfig

_DEFAULT_MARKET = MarketConfig()
_DEFAULT_PORT = 3001


def parse_arguments(arguments: Sequence[str] | None = None) -> ServerConfig:
    """The configuration that the command line asks for."""
    parser = argparse.ArgumentParser(
        prog="python -m local_exchange",
        description="An exchange on this machine that speaks Hyperliquid's wire protocol.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=_DEFAULT_PORT, help="0 for any free port")
    parser.add_argument(
        "--seed", type=int, default=_DEFAULT_MARKET.seed, help="the random market's seed"
    )
    parser.add_argument(
        "--frozen", action="store_true", help="prices move only through /_local/market"
    )
    parser.add_argument(
        "--volatility",
        type=float,
        default=_DEFAULT_MARKET.volatility,
        help="a year's standard deviation of the log price (default %(default)s)",
    )
    parser.add_argument(
        "--step-ms",
        type=int,
        default=_DEFAULT_MARKET.step_ms,
        help="milliseconds between the market's steps (default %(default)s)",
    )
    options = parser.parse_args(arguments)
    try:
        market = MarketConfig(
            seed=options.seed,
            step_ms=options.step_ms,
            volatility=options.volatility,
            frozen=options.frozen,
        )
    except ValueError as error:
        parser.error(str(error))
    return ServerConfig(options.host, options.port, ExchangeConfig(market=market))


async def serve(config: ServerConfig) -> None:
    """Serve until SIGTERM or Ctrl-C; prints one line with the URL when ready."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    async with LocalExchangeServer(config) as server:
        print(f"local exchange ready at {server.url}", flush=True)
        await server.run_until(stopping)


if __name__ == "__main__":
    asyncio.run(serve(parse_arguments()))
