"""What the venue does to a user on its own account, at the command of a test."""

from local_exchange.engine.agents import AgentRegistry
from local_exchange.engine.order_desk import OrderDesk
from local_exchange.engine.orders import OrderStatus
from local_exchange.engine.state import State
from local_exchange.engine.triggers import Triggers
from local_exchange.engine.working_order import WorkingOrder

VENUE_ENDINGS = frozenset(
    {
        OrderStatus.MARGIN_CANCELED,
        OrderStatus.SELF_TRADE_CANCELED,
        OrderStatus.REDUCE_ONLY_CANCELED,
        OrderStatus.LIQUIDATED_CANCELED,
    }
)


class Intervention:
    """Ends orders and agents as the venue does, without the cause that it would have."""

    def __init__(
        self, state: State, desk: OrderDesk, triggers: Triggers, agents: AgentRegistry
    ) -> None:
        self._state = state
        self._desk = desk
        self._triggers = triggers
        self._agents = agents

    def end_order(self, target: int | str, status: OrderStatus) -> None:
        """End the working order of that oid (int) or cloid (str) with one of VENUE_ENDINGS.

        Raises ValueError when there is not exactly one, or for another status.
        """
        if status not in VENUE_ENDINGS:
            choices = ", ".join(sorted(VENUE_ENDINGS))
            raise ValueError(f"cannot end an order with {status}: choose one of {choices}")
        order = self._find(target)
        self._state.ids.begin_transaction()
        self._desk.end(order, status)
        self._triggers.activate_children()

    def expire_agent(self, address: str) -> None:
        """Let the agent's approval be over from now on. Raises ValueError for no valid agent."""
        self._agents.expire(address, self._state.now)

    def _find(self, target: int | str) -> WorkingOrder:
        accounts = self._state.accounts.values()
        found = [order for each in accounts if (order := each.orders.find_working(target))]
        if len(found) != 1:
            raise ValueError(
                f"{len(found)} working orders are known as {target}: give the oid of one"
            )
        return found[0]
