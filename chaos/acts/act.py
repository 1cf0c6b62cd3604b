"""One thing that is done to the pipeline, as a scenario holds it."""

from dataclasses import dataclass
from enum import StrEnum
from random import Random


class ActKind(StrEnum):
    """What may be done."""

    KILL = "kill"
    """SIGKILL to a process, or to a process and all that it started."""
    FREEZE = "freeze"
    """SIGSTOP, and SIGCONT when its time is over: it takes its sleep for no time at all."""
    CLOCK_STEP = "clock_step"
    """One process's clock jumps, and jumps back when its time is over."""
    FULL_DISK = "full_disk"
    """No byte is left where the journal is kept."""
    LOCKED_JOURNAL = "locked_journal"
    """Somebody else holds the journal's lock."""
    BROKER_FLUSHED = "broker_flushed"
    """FLUSHALL: no message, nonce, lease, budget or price is left, and no connection ends."""
    BROKER_RESTORED = "broker_restored"
    """The broker comes back with the append-only file that it had a while ago."""
    REDELIVERED = "redelivered"
    """A worker stands, what all have in their hands is given to others, and it goes on with it."""
    VENUE_REFUSES = "venue_refuses"
    """The venue refuses every order for a while, in one of its own wordings."""
    VENUE_ENDS_ORDERS = "venue_ends_orders"
    """The venue ends some of the account's working orders by itself."""
    PRICE_JUMP = "price_jump"
    """A price is 15 % away from one moment to the next."""
    OWNER_TRADES = "owner_trades"
    """The account's owner acts by hand, with the account's own key."""
    CANCELS = "cancels"
    """Several plans are cancelled at once, whatever is being done with them."""
    OPPOSITE_PLANS = "opposite_plans"
    """Plans for both directions of one coin, at nearly the same moment."""


class Target(StrEnum):
    """What is killed or frozen."""

    POOL_CHILD = "pool_child"
    """One process of a queue's pool; its worker forks another when it has ended."""
    WORKER = "worker"
    """A queue's worker with its whole pool."""
    STREAM = "stream"
    """The process on the venue's websocket."""
    BEAT = "beat"
    """The process that sends the periodic tasks."""
    BROKER = "broker"
    """Valkey. Killed, it comes back empty: no message, nonce, lease, budget or price is left."""
    EXCHANGE = "exchange"
    """The venue. Killed, it comes back with its ledger; faults are set anew."""
    DATABASE = "database"
    """The database server behind the store, which comes back with all that was committed."""
    POSTGREST = "postgrest"
    """What speaks HTTP in front of the database."""


@dataclass(frozen=True, slots=True)
class Act:
    """At `at` seconds at the earliest, once it is possible; it lasts for `seconds`.

    `target` for what is killed or frozen, and `queue` where that is a worker's or its pool's; the
    second worker of a queue counts as a queue of its own. Whatever else has to be chosen is drawn
    from `seed` when it is done.
    """

    at: float
    kind: ActKind
    target: Target | None = None
    queue: str = ""
    seconds: float = 0.0
    seed: int = 0

    @property
    def name(self) -> str:
        """The kind, with its target if it has one."""
        return self.kind if self.target is None else f"{self.kind} {self.target}"

    def chance(self) -> Random:
        """What everything else about it is drawn from."""
        return Random(self.seed)
