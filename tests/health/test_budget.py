"""The doctor's line on what may still be asked."""

import pytest

from tests.venues.builders import ADDRESS
from tests.venues.scripted_venue import ScriptedVenue, answer_queries, reply
from trader.health.budget import look_at_budget
from trader.health.finding import Finding, Verdict
from trader.settings import Settings


def look(broker_url: str, venue: ScriptedVenue) -> Finding:
    settings = Settings(redis_url=broker_url, exchange_url=venue.url, ip_weight_per_minute=1200)
    return look_at_budget(settings, ADDRESS)


def grant(used: int, cap: int) -> dict[str, int]:
    return {"nRequestsUsed": used, "nRequestsCap": cap, "nRequestsSurplus": 0}


def test_what_is_left_is_told(empty_broker_url: str, scripted_venue: ScriptedVenue) -> None:
    scripted_venue.behaviour = answer_queries(userRateLimit=grant(9_900, 10_000))
    finding = look(empty_broker_url, scripted_venue)
    assert finding.verdict is Verdict.OK
    assert finding.text == (
        "400 of 1200 weight a minute can go at once; 100 requests and 10100 cancellations are "
        "left to the account"
    )


def test_too_few_requests_for_an_entry_are_wrong(
    empty_broker_url: str, scripted_venue: ScriptedVenue
) -> None:
    scripted_venue.behaviour = answer_queries(userRateLimit=grant(9_901, 10_000))
    finding = look(empty_broker_url, scripted_venue)
    assert finding.verdict is Verdict.WRONG
    assert "no entry is placed below 100 requests" in finding.remedy


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1", None])
def test_a_count_that_cannot_be_read_is_wrong(
    empty_broker_url: str, scripted_venue: ScriptedVenue, url: str | None
) -> None:
    scripted_venue.behaviour = reply(429, "null")
    finding = look(url or empty_broker_url, scripted_venue)
    assert finding.verdict is Verdict.WRONG
    assert finding.remedy == "look once more"
