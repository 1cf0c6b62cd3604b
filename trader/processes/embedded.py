"""The parts that a stack brings itself where the environment names none."""

from collections.abc import Mapping
from pathlib import Path

from trader.processes.broker import await_broker, prepare_broker
from trader.processes.local_account import fund_if_empty, local_account
from trader.processes.ports import LOOPBACK, free_port
from trader.processes.supervisor import Supervisor
from trader.settings import CREDENTIAL_NAMES, Network
from trader.venues.credentials import PRIVATE_KEY, read_credentials

LOCAL_HEARTBEAT_SECONDS = "2"
FLOWER_PORT = 5555


def defaults(environment: Mapping[str, str], folder: Path, network: Network) -> dict[str, str]:
    """The environment with a store, Flower's address and, locally, a quick heartbeat."""
    offered = {
        "TRADER_STORE_URL": f"sqlite:///{folder.resolve() / 'trader.db'}",
        "FLOWER_ADDRESS": LOOPBACK,
        "FLOWER_PORT": str(free_port(FLOWER_PORT)),
    }
    if network is Network.LOCAL:
        offered["TRADER_HEARTBEAT_SECONDS"] = LOCAL_HEARTBEAT_SECONDS
    return offered | dict(environment)


def with_broker(
    supervisor: Supervisor, environment: Mapping[str, str], folder: Path, durable: bool
) -> dict[str, str]:
    """The environment with TRADER_REDIS_URL: the given one, or that of a broker we start."""
    if "TRADER_REDIS_URL" in environment:
        return dict(environment)
    broker = prepare_broker(folder / "broker", durable)
    supervisor.start(broker.program)
    await_broker(broker.url)
    return {**environment, "TRADER_REDIS_URL": broker.url}


def with_local_account(environment: Mapping[str, str], folder: Path) -> dict[str, str]:
    """The environment with a key and a funded account: the given ones, or the folder's own."""
    with_key = {**environment, **_key_if_unnamed(environment, folder)}
    signer = read_credentials(with_key).address
    address = with_key.get("TRADER_ACCOUNT_ADDRESS") or signer
    fund_if_empty(environment["TRADER_EXCHANGE_URL"], address)
    return {**with_key, "TRADER_ACCOUNT_ADDRESS": address}


def _key_if_unnamed(environment: Mapping[str, str], folder: Path) -> dict[str, str]:
    names = (*CREDENTIAL_NAMES, "TRADER_ACCOUNT_ADDRESS")
    if any(environment.get(name) for name in names):
        return {}
    return {PRIVATE_KEY: local_account(folder).private_key}
