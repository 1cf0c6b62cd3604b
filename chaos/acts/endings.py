"""The venue ends working orders by itself."""

import requests

from chaos.acts.act import Act
from chaos.venue import FailingVenue
from chaos.verdict.ledger import read_history

STATUSES = ("marginCanceled", "selfTradeCanceled", "reduceOnlyCanceled", "liquidatedCanceled")
MOST_ENDED = 5


def end_orders(venue: FailingVenue, address: str, act: Act) -> bool:
    """End some of the account's orders; False when none works, or the venue is away just now."""
    chance = act.chance()
    try:
        orders = read_history(venue.url, address).orders
        working = [order.order_id for order in orders if order.is_working]
        chosen = chance.sample(working, min(len(working), chance.randint(1, MOST_ENDED)))
        ended = [venue.end_order(number, chance.choice(STATUSES)) for number in chosen]
    except requests.RequestException:
        return False
    return any(ended)
