import pytest

from local_exchange.engine.agents import ZERO_ADDRESS
from local_exchange.engine.errors import ActionRejected
from local_exchange.engine.exchange import Exchange
from local_exchange.engine.views import RoleKind
from tests.local_exchange.engine.builders import ALICE, BOB, START

DAY_MS = 86_400_000


def agent(number: int) -> str:
    return f"0x{number:040x}"


def approve(
    exchange: Exchange,
    address: str,
    name: str | None = None,
    master: str = ALICE,
    valid_until: int | None = None,
) -> None:
    exchange.approve_agent(master, address, name, valid_until, exchange.now_ms)


def test_an_agent_has_a_master_and_a_role(exchange: Exchange) -> None:
    approve(exchange, agent(1))
    assert exchange.master_of(agent(1)) == ALICE
    role = exchange.info.role(agent(1))
    assert (role.kind, role.master) == (RoleKind.AGENT, ALICE)
    assert exchange.info.role(ALICE).kind is RoleKind.USER
    assert exchange.info.role(agent(2)).kind is RoleKind.MISSING


@pytest.mark.parametrize("name", [None, "bot"])
def test_approving_a_name_again_swaps_the_address(exchange: Exchange, name: str | None) -> None:
    approve(exchange, agent(1), name)
    approve(exchange, agent(2), name)
    assert exchange.master_of(agent(1)) is None
    assert exchange.master_of(agent(2)) == ALICE


def test_the_zero_address_revokes(exchange: Exchange) -> None:
    approve(exchange, agent(1), "bot")
    approve(exchange, ZERO_ADDRESS, "bot")
    assert exchange.master_of(agent(1)) is None
    assert exchange.info.extra_agents(ALICE) == ()


def test_one_unnamed_and_three_named_agents_are_allowed(exchange: Exchange) -> None:
    approve(exchange, agent(1))
    for number in (2, 3, 4):
        approve(exchange, agent(number), f"bot{number}")
    with pytest.raises(ActionRejected) as refusal:
        approve(exchange, agent(5), "bot5")
    assert refusal.value.text == (
        "Too many extra agents for cumulative volume traded. Current limit is 3"
    )
    names = [extra.name for extra in exchange.info.extra_agents(ALICE)]
    assert names == ["bot2", "bot3", "bot4"]


REFUSED = [
    (agent(1), "other", ALICE, None, "Extra agent already used."),
    (agent(1), None, BOB, None, "Extra agent already used."),
    (agent(2), "bot2", ALICE, START, "Agent valid_until already expired."),
    (agent(2), "a name beyond 16", ALICE, None, None),
    (agent(2), "a name of 17 char", ALICE, None, "Agent name must be at most 16 characters."),
]


@pytest.mark.parametrize(("address", "name", "master", "valid_until", "text"), REFUSED)
def test_refusals(
    exchange: Exchange,
    address: str,
    name: str | None,
    master: str,
    valid_until: int | None,
    text: str | None,
) -> None:
    approve(exchange, agent(1), "bot")
    if text is None:
        approve(exchange, address, name, master, valid_until)
        return
    with pytest.raises(ActionRejected) as refusal:
        approve(exchange, address, name, master, valid_until)
    assert refusal.value.text == text


def test_an_agent_expires_and_its_name_is_free_again(exchange: Exchange) -> None:
    for number in (1, 2, 3):
        approve(exchange, agent(number), f"bot{number}", valid_until=START + DAY_MS)
    exchange.advance(START + DAY_MS)
    assert exchange.master_of(agent(1)) == ALICE
    exchange.advance(START + DAY_MS + 1)
    assert exchange.master_of(agent(1)) is None
    approve(exchange, agent(1), "bot4")
    assert exchange.master_of(agent(1)) == ALICE
