"""What a websocket can ask for: subscriptions as values, and the messages that carry them."""

from typing import Annotated, Any, Final, Literal

from pydantic import Field, TypeAdapter

from local_exchange.wire.queries import BookGrouping, Interval
from local_exchange.wire.scalars import Address, UInt64, WireModel


class AllMids(WireModel):
    type: Literal["allMids"] = "allMids"
    dex: Literal[""] = ""


class Bbo(WireModel):
    type: Literal["bbo"] = "bbo"
    coin: str


class L2Book(BookGrouping):
    """`fast` sends 5 levels a side instead of 20; here both come whenever the book changes."""

    type: Literal["l2Book"] = "l2Book"
    coin: str
    fast: bool = False


class Trades(WireModel):
    type: Literal["trades"] = "trades"
    coin: str


class Candles(WireModel):
    type: Literal["candle"] = "candle"
    coin: str
    interval: Interval


class OrderUpdates(WireModel):
    type: Literal["orderUpdates"] = "orderUpdates"
    user: Address


class UserEvents(WireModel):
    type: Literal["userEvents"] = "userEvents"
    user: Address


class UserFills(WireModel):
    type: Literal["userFills"] = "userFills"
    user: Address
    aggregate_by_time: Literal[False] = Field(default=False, alias="aggregateByTime")


CoinSubscription = Bbo | L2Book | Trades | Candles
UserSubscription = OrderUpdates | UserEvents | UserFills
AnySubscription = AllMids | CoinSubscription | UserSubscription
Subscription = Annotated[AnySubscription, Field(discriminator="type")]


class Ping(WireModel):
    method: Literal["ping"]


class Subscribe(WireModel):
    method: Literal["subscribe"]
    subscription: Subscription


class Unsubscribe(WireModel):
    method: Literal["unsubscribe"]
    subscription: Subscription


class PostRequest(WireModel):
    type: Literal["info", "action"]
    payload: dict[str, Any]


class Post(WireModel):
    method: Literal["post"]
    id: UInt64
    request: PostRequest


SocketMessage = Annotated[Ping | Subscribe | Unsubscribe | Post, Field(discriminator="method")]
SOCKET_MESSAGE: Final[TypeAdapter[SocketMessage]] = TypeAdapter(SocketMessage)


def described(subscription: AnySubscription) -> dict[str, Any]:
    """The subscription with its defaults filled in, as the venue confirms it."""
    return subscription.model_dump(mode="json", by_alias=True)
