"""The account's owner acts by hand."""

import requests

from chaos.acts.act import Act
from chaos.owner import Owner


def act_by_hand(owner: Owner, act: Act) -> bool:
    """One thing that owners do; False when the venue took none, or is away just now."""
    try:
        return owner.act(act.chance())
    except requests.RequestException:
        return False
