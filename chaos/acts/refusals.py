"""The venue refuses every action for a while, whoever asks and whatever for."""

from collections.abc import Mapping

import requests

from chaos.acts.act import Act
from chaos.venue import FailingVenue

WORDS: tuple[tuple[str, Mapping[str, str]], ...] = (
    ("post_only_window", {}),
    ("action_refused", {"text": "Trading is halted."}),
    (
        "action_refused",
        {"text": "Too many cumulative requests sent (10001 > 10000) for cumulative volume traded"},
    ),
    ("batch_refused", {"text": "Order price too far from oracle"}),
    (
        "batch_refused",
        {"text": "Order would increase open interest while open interest is capped"},
    ),
    (
        "batch_refused",
        {"text": "Order price cannot be more than 80% away from the reference price"},
    ),
)
"""The faults of the local exchange that refuse, and their terms. All of them pass by themselves."""


def refuse(venue: FailingVenue, act: Act) -> bool:
    """Let the venue refuse while the act lasts; False when it is away just now."""
    kind, terms = act.chance().choice(WORDS)
    try:
        venue.refuse(kind, act.seconds, **terms)
    except requests.RequestException:
        return False
    return True
