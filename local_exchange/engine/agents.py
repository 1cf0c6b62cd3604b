"""API wallets: who may sign for whom, and until when."""

from dataclasses import dataclass, replace

from local_exchange.engine.errors import ActionRejected
from local_exchange.engine.views import ExtraAgent

ZERO_ADDRESS = "0x" + "0" * 40
MAX_NAMED_AGENTS = 3
MAX_NAME_LENGTH = 16
DAY_MS = 86_400_000
DEFAULT_VALIDITY_MS = 90 * DAY_MS
MAX_VALIDITY_MS = 180 * DAY_MS


@dataclass(frozen=True, slots=True)
class _Agent:
    master: str
    address: str
    name: str | None
    valid_until: int

    def is_valid(self, now: int) -> bool:
        return now <= self.valid_until


class AgentRegistry:
    """One unnamed and three named agents a master. Approving a name again swaps its address."""

    def __init__(self) -> None:
        self._by_address: dict[str, _Agent] = {}
        self._by_master: dict[str, dict[str | None, _Agent]] = {}

    def approve(
        self, master: str, address: str, name: str | None, valid_until: int | None, now: int
    ) -> None:
        """Approve, swap or (with the zero address) revoke. Raises ActionRejected."""
        agents = self._by_master.setdefault(master, {})
        self._drop_expired(agents, now)
        if address == ZERO_ADDRESS:
            self._drop(agents, name)
            return
        agent = _Agent(master, address, name, _validity(valid_until, now))
        self._check(agents, agent, now)
        self._drop(agents, name)
        agents[name] = self._by_address[address] = agent

    def expire(self, address: str, now: int) -> None:
        """End a valid agent's approval; raises ValueError if there is none."""
        agent = self._by_address.get(address)
        if agent is None or not agent.is_valid(now):
            raise ValueError(f"{address} is no valid agent: approve it first")
        expired = replace(agent, valid_until=now - 1)
        self._by_master[agent.master][agent.name] = self._by_address[address] = expired

    def master_of(self, address: str, now: int) -> str | None:
        """The master of a valid agent."""
        agent = self._by_address.get(address)
        return agent.master if agent is not None and agent.is_valid(now) else None

    def extra_agents(self, master: str, now: int) -> tuple[ExtraAgent, ...]:
        """The master's valid named agents."""
        return tuple(
            ExtraAgent(agent.name, agent.address, agent.valid_until)
            for agent in self._by_master.get(master, {}).values()
            if agent.name is not None and agent.is_valid(now)
        )

    def _check(self, agents: dict[str | None, _Agent], agent: _Agent, now: int) -> None:
        if agent.name is not None and len(agent.name) > MAX_NAME_LENGTH:
            raise ActionRejected(f"Agent name must be at most {MAX_NAME_LENGTH} characters.")
        known = self._by_address.get(agent.address)
        is_same = known is not None and (known.master, known.name) == (agent.master, agent.name)
        if known is not None and known.is_valid(now) and not is_same:
            raise ActionRejected("Extra agent already used.")
        named = sum(1 for name in agents if name is not None)
        if agent.name is not None and agent.name not in agents and named >= MAX_NAMED_AGENTS:
            raise ActionRejected(
                "Too many extra agents for cumulative volume traded. "
                f"Current limit is {MAX_NAMED_AGENTS}"
            )

    def _drop(self, agents: dict[str | None, _Agent], name: str | None) -> None:
        agent = agents.pop(name, None)
        if agent is not None:
            del self._by_address[agent.address]

    def _drop_expired(self, agents: dict[str | None, _Agent], now: int) -> None:
        for name, agent in list(agents.items()):
            if not agent.is_valid(now):
                self._drop(agents, name)


def _validity(valid_until: int | None, now: int) -> int:
    if valid_until is None:
        return now + DEFAULT_VALIDITY_MS
    if valid_until <= now:
        raise ActionRejected("Agent valid_until already expired.")
    return min(valid_until, now + MAX_VALIDITY_MS)
