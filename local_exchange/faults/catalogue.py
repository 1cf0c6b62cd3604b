"""All faults that there are."""

from typing import Annotated, Final, get_args

from pydantic import Field

from local_exchange.faults.fault import Fault
from local_exchange.faults.http_faults import (
    Delayed,
    HttpError,
    ReplyDropped,
    RequestDropped,
    WeightLimit,
)
from local_exchange.faults.socket_faults import (
    FillDuplicated,
    MessageLost,
    SocketClosed,
    SocketSilent,
    UpdatesReordered,
)
from local_exchange.faults.venue_faults import (
    ActionRefused,
    AddressBudget,
    BatchRefused,
    ClockSkewed,
    CloidHidden,
    OrderForgotten,
    PostOnlyWindow,
    ScheduleCancelGate,
)

AnyFault = Annotated[
    RequestDropped
    | ReplyDropped
    | Delayed
    | HttpError
    | WeightLimit
    | BatchRefused
    | ActionRefused
    | PostOnlyWindow
    | AddressBudget
    | ScheduleCancelGate
    | CloidHidden
    | OrderForgotten
    | ClockSkewed
    | SocketClosed
    | SocketSilent
    | MessageLost
    | FillDuplicated
    | UpdatesReordered,
    Field(discriminator="kind"),
]
FAULTS: Final[tuple[type[Fault], ...]] = get_args(get_args(AnyFault)[0])
