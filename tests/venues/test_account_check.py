"""Which key may trade for which account."""

from dataclasses import dataclass, field

import pytest

from trader.venues.account_check import (
    AccountCheck,
    AccountRole,
    AccountVerdict,
    Role,
    check_account,
)

ACCOUNT, SIGNER, OTHER = ("0x" + digit * 40 for digit in "abc")
USER = AccountRole(Role.USER)
MISSING = AccountRole(Role.MISSING)


@dataclass
class Venue:
    """Two addresses and what they are."""

    signer: str = SIGNER
    roles: dict[str, AccountRole] = field(default_factory=dict)
    mode: str = "default"
    asked: list[str] = field(default_factory=list)

    def role(self, address: str) -> AccountRole:
        self.asked.append(address)
        return self.roles.get(address, MISSING)

    def abstraction(self, address: str) -> str:
        assert address == ACCOUNT
        return self.mode


AGENT_OF_ACCOUNT = AccountRole(Role.AGENT, ACCOUNT)
AGENT_OF_OTHER = AccountRole(Role.AGENT, OTHER)


@pytest.mark.parametrize(
    ("account_role", "signer_role", "verdict", "text"),
    [
        (USER, AGENT_OF_ACCOUNT, AccountVerdict.AGENT, ""),
        (USER, MISSING, AccountVerdict.SIGNER_UNAUTHORISED, "approve it as an agent"),
        (USER, USER, AccountVerdict.SIGNER_UNAUTHORISED, "an account of its own"),
        (USER, AGENT_OF_OTHER, AccountVerdict.SIGNER_UNAUTHORISED, f"an agent of {OTHER}"),
        (MISSING, AGENT_OF_ACCOUNT, AccountVerdict.ACCOUNT_MISSING, "deposit"),
        (AGENT_OF_OTHER, MISSING, AccountVerdict.ACCOUNT_IS_AGENT, OTHER),
        (AccountRole(Role.VAULT), MISSING, AccountVerdict.ACCOUNT_UNSUPPORTED, "is a vault"),
        (
            AccountRole(Role.SUB_ACCOUNT, OTHER),
            AGENT_OF_OTHER,
            AccountVerdict.ACCOUNT_UNSUPPORTED,
            "is a subAccount",
        ),
        (
            AccountRole(Role.UNRECOGNISED),
            AGENT_OF_ACCOUNT,
            AccountVerdict.ACCOUNT_UNSUPPORTED,
            "unrecognised",
        ),
    ],
)
def test_an_account_and_another_key(
    account_role: AccountRole, signer_role: AccountRole, verdict: AccountVerdict, text: str
) -> None:
    venue = Venue(roles={ACCOUNT: account_role, SIGNER: signer_role})
    check = check_account(venue, ACCOUNT)
    assert check.verdict is verdict
    assert text in check.text


@pytest.mark.parametrize(
    ("role", "verdict", "text"),
    [
        (USER, AccountVerdict.OWN_KEY, "could withdraw"),
        (AGENT_OF_OTHER, AccountVerdict.ACCOUNT_IS_AGENT, f"approved it, {OTHER}"),
        (MISSING, AccountVerdict.ACCOUNT_MISSING, "deposit"),
    ],
)
def test_the_accounts_own_key(role: AccountRole, verdict: AccountVerdict, text: str) -> None:
    venue = Venue(signer=ACCOUNT, roles={ACCOUNT: role})
    check = check_account(venue, ACCOUNT)
    assert check.verdict is verdict
    assert text in check.text
    assert venue.asked == [ACCOUNT]


@pytest.mark.parametrize("mode", ["default", "disabled", "dexAbstraction"])
def test_modes_whose_balances_we_can_read(mode: str) -> None:
    venue = Venue(roles={ACCOUNT: USER, SIGNER: AGENT_OF_ACCOUNT}, mode=mode)
    assert check_account(venue, ACCOUNT) == AccountCheck(AccountVerdict.AGENT)


@pytest.mark.parametrize("mode", ["unifiedAccount", "portfolioMargin", "somethingNew"])
def test_modes_whose_balances_are_elsewhere_are_refused(mode: str) -> None:
    venue = Venue(roles={ACCOUNT: USER, SIGNER: AGENT_OF_ACCOUNT}, mode=mode)
    check = check_account(venue, ACCOUNT)
    assert check.verdict is AccountVerdict.MODE_UNSUPPORTED
    assert repr(mode) in check.text


def test_the_account_may_be_written_in_any_case() -> None:
    venue = Venue(roles={ACCOUNT: USER, SIGNER: AGENT_OF_ACCOUNT})
    assert check_account(venue, ACCOUNT.upper().replace("X", "x")).verdict.may_trade


def test_only_an_agents_key_and_the_own_key_may_trade() -> None:
    assert [verdict for verdict in AccountVerdict if verdict.may_trade] == [
        AccountVerdict.AGENT,
        AccountVerdict.OWN_KEY,
    ]
