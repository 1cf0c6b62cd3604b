"""Hints of a PostgreSQL store that a plan has arrived. The inbox is the truth; a hint is not."""

from collections.abc import AsyncIterator

import psycopg

from trader.errors import Retryable
from trader.strands.postgres_address import SCHEMES, PostgresAddress, parse_address

CHANNEL = "trader_plans"
CHECK_SECONDS = 20.0
"""A silent connection is asked so often whether it still lives."""


class NoticesLost(Retryable):
    """The connection that brings the hints is gone, or did not come about."""


class PlanNotices:
    """Notices of one database. It needs a connection of its own, and a direct one: through a pooler
    that hands connections out by the transaction LISTEN hears nothing, without a word.
    """

    def __init__(self, address: PostgresAddress) -> None:
        self._address = address

    async def listen(self) -> AsyncIterator[None]:
        """Once when it begins to listen, because nothing was kept before, and at each plan.

        Raises NoticesLost.
        """
        try:
            connection = await psycopg.AsyncConnection.connect(
                self._address.conninfo, autocommit=True
            )
            async with connection:
                await connection.execute(f"LISTEN {CHANNEL}")
                yield
                while True:
                    async for _ in connection.notifies(timeout=CHECK_SECONDS):
                        yield
                    await connection.execute("SELECT 1")
        except psycopg.Error as error:
            raise NoticesLost(f"{self._address.name} gives no notices: {error}") from error


def notices_of(store_url: str) -> PlanNotices | None:
    """The notices of the store at this address; None when it gives none. Raises Misconfigured."""
    if store_url.partition(":")[0] not in SCHEMES:
        return None
    return PlanNotices(parse_address(store_url))
