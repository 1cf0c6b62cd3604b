"""What an entry is decided upon, beside the plan and the quote."""

from trader.model import Record, UtcTime
from trader.money import Amount
from trader.risk.limits import RiskLimits
from trader.venues.instrument import Instrument


class EntryFacts(Record):
    """Recorded with the decision, so that it can be made again and compared.

    `equity` (US dollars) only where the size needs it. `opposing` is the lifecycle that holds, or
    may hold, the other side of the symbol. `requests_left` is how many more orders the venue
    grants the account, where that is known. `decided_at` is the time of the decision: the intent
    is written a little later, and by then a price may be too old.
    """

    decided_at: UtcTime
    instrument: Instrument
    limits: RiskLimits
    equity: Amount | None = None
    opposing: str | None = None
    requests_left: int | None = None
