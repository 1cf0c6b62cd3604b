"""An owner who finds the venue away acts later."""

from unittest.mock import Mock

import pytest
import requests

from chaos.acts.act import Act, ActKind
from chaos.acts.owning import act_by_hand
from tests.chaos.conftest import TradedVenue

ACT = Act(0.0, ActKind.OWNER_TRADES, seed=2)


def test_he_acts_with_his_own_key(traded: TradedVenue) -> None:
    assert act_by_hand(traded.owner, ACT)
    assert len(traded.ledger().owners_orders) == 1


@pytest.mark.parametrize("taken", [True, False])
def test_what_the_venue_did_not_take_is_not_done(taken: bool) -> None:
    assert act_by_hand(Mock(act=lambda _: taken), ACT) is taken


def test_a_venue_that_is_away_is_no_failure() -> None:
    assert not act_by_hand(Mock(act=Mock(side_effect=requests.ConnectionError)), ACT)
