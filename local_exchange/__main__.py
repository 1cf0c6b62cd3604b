"""`python -m local_exchange`: serve until interrupted."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from local_exchange.engine.config import ExchangeConfig, MarketConfig
from local_exchange.faults.schedule import Schedule
from local_exchange.inputs.log import LogUnusableError
from local_exchange.server import LocalExchangeServer, ServerConfig

_DEFAULT_MARKET = MarketConfig()
_DEFAULT_PORT = 3001
_RATES = {
    "fault-rate": "HTTP requests that are lost, late or answered with an error",
    "fault-refusal-rate": "admitted actions that are refused",
    "fault-socket-rate": "websocket messages that something happens to",
}


def parse_arguments(arguments: Sequence[str] | None = None) -> ServerConfig:
    """The configuration that the command line asks for."""
    parser = argparse.ArgumentParser(
        prog="python -m local_exchange",
        description="An exchange on this machine that speaks Hyperliquid's wire protocol.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=_DEFAULT_PORT, help="0 for any free port")
    parser.add_argument(
        "--data-dir",
        type=Path,
        metavar="DIR",
        help="keep the exchange there, and go on from there after a restart",
    )
    _add_market(parser)
    _add_schedule(parser)
    options = parser.parse_args(arguments)
    try:
        market = MarketConfig(
            seed=options.seed,
            step_ms=options.step_ms,
            volatility=options.volatility,
            frozen=options.frozen,
        )
        schedule = _schedule(options)
    except ValueError as error:
        parser.error(str(error))
    exchange = ExchangeConfig(market=market)
    return ServerConfig(options.host, options.port, exchange, options.data_dir, schedule)


def _add_market(parser: argparse.ArgumentParser) -> None:
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


def _add_schedule(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group(
        "faults", "The same seed gives the n-th request or message the same fault. Rates: 0 to 1."
    )
    group.add_argument("--fault-seed", type=int, help="draw faults from this seed")
    for name, things in _RATES.items():
        group.add_argument(f"--{name}", type=float, default=0.0, help=f"the share of {things}")


def _schedule(options: argparse.Namespace) -> Schedule | None:
    rates = options.fault_rate, options.fault_refusal_rate, options.fault_socket_rate
    if (options.fault_seed is None) != (not any(rates)):
        raise ValueError("--fault-seed and a fault rate are given together, or neither")
    if options.fault_seed is None:
        return None
    rate, refusal_rate, socket_rate = rates
    return Schedule(
        seed=options.fault_seed, rate=rate, refusal_rate=refusal_rate, socket_rate=socket_rate
    )


async def serve(config: ServerConfig) -> None:
    """Serve until SIGTERM or Ctrl-C; prints one line with the URL when ready."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    async with LocalExchangeServer(config) as server:
        print(f"local exchange ready at {server.url}", flush=True)
        await server.run_until(stopping)


def main() -> None:
    """The program."""
    try:
        asyncio.run(serve(parse_arguments()))
    except LogUnusableError as error:
        sys.exit(f"python -m local_exchange: error: {error}")


if __name__ == "__main__":
    main()
