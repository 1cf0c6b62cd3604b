"""Whether the key that signs may trade for the account that is set."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

SUPPORTED_MODES = frozenset({"default", "disabled", "dexAbstraction"})
"""Modes in which the perpetuals' balances are where we read them.

Under "unifiedAccount" and "portfolioMargin" the venue keeps them with the spot balances.
Source: Hyperliquid, "Account abstraction modes".
"""


class Role(StrEnum):
    """What an address is to the venue."""

    MISSING = "missing"
    USER = "user"
    AGENT = "agent"
    VAULT = "vault"
    SUB_ACCOUNT = "subAccount"
    UNRECOGNISED = "unrecognised"


@dataclass(frozen=True, slots=True)
class AccountRole:
    """A role, and for an agent or a sub-account the address it belongs to, lower case."""

    role: Role
    owner: str | None = None


class Accounts(Protocol):
    """A venue that knows what addresses are."""

    @property
    def signer(self) -> str:
        """The address of the key that signs, lower case."""

    def role(self, address: str) -> AccountRole:
        """What the address is. Raises VenueUnavailable."""

    def abstraction(self, address: str) -> str:
        """How the account keeps its balances. Raises VenueUnavailable."""


class AccountVerdict(StrEnum):
    """The outcome of the check."""

    AGENT = "agent"
    """The key is an agent of the account: as it should be."""
    OWN_KEY = "own_key"
    """The key is the account's own: it works, and it could withdraw too."""
    ACCOUNT_MISSING = "account_missing"
    ACCOUNT_IS_AGENT = "account_is_agent"
    ACCOUNT_UNSUPPORTED = "account_unsupported"
    SIGNER_UNAUTHORISED = "signer_unauthorised"
    MODE_UNSUPPORTED = "mode_unsupported"

    @property
    def may_trade(self) -> bool:
        """Whether orders can be sent."""
        return self in (AccountVerdict.AGENT, AccountVerdict.OWN_KEY)


@dataclass(frozen=True, slots=True)
class AccountCheck:
    """The verdict, and a sentence that says what to do; empty when there is nothing to do."""

    verdict: AccountVerdict
    text: str = ""


def check_account(venue: Accounts, account: str) -> AccountCheck:
    """Ask the venue about the signer and the account. Raises VenueUnavailable.

    Costs 140 of the 1200 weight that the venue grants an address a minute: for start-up only.
    """
    account = account.lower()
    role = venue.role(account)
    signer_role = role if venue.signer == account else venue.role(venue.signer)
    check = judge_key(account, role, venue.signer, signer_role)
    if not check.verdict.may_trade:
        return check
    return judge_mode(account, venue.abstraction(account)) or check


def judge_key(
    account: str, role: AccountRole, signer: str, signer_role: AccountRole
) -> AccountCheck:
    """Whether `signer` may trade for `account`, both lower case."""
    if role.role is not Role.USER:
        return _unusable_account(account, role)
    if signer == account:
        return AccountCheck(
            AccountVerdict.OWN_KEY,
            f"the key is that of the account {account} itself and could withdraw its funds: "
            "approve an agent, and use the agent's key",
        )
    if signer_role.role is Role.AGENT and signer_role.owner == account:
        return AccountCheck(AccountVerdict.AGENT)
    return _unauthorised(account, signer, signer_role)


def judge_mode(account: str, mode: str) -> AccountCheck | None:
    """A refusal when the account keeps its balances where we do not read them, else None."""
    if mode in SUPPORTED_MODES:
        return None
    return AccountCheck(
        AccountVerdict.MODE_UNSUPPORTED,
        f"the account {account} is in the mode {mode!r}, in which its balances cannot be read "
        f"here: switch it to one of {', '.join(sorted(SUPPORTED_MODES))}",
    )


def _unusable_account(account: str, role: AccountRole) -> AccountCheck:
    if role.role is Role.MISSING:
        return AccountCheck(
            AccountVerdict.ACCOUNT_MISSING,
            f"the venue does not know the account {account}: deposit to it first, or mend "
            "TRADER_ACCOUNT_ADDRESS",
        )
    if role.role is Role.AGENT:
        return AccountCheck(
            AccountVerdict.ACCOUNT_IS_AGENT,
            f"{account} is an agent's address, which holds nothing: set TRADER_ACCOUNT_ADDRESS "
            f"to the account that approved it, {role.owner}",
        )
    return AccountCheck(
        AccountVerdict.ACCOUNT_UNSUPPORTED,
        f"{account} is a {role.role}, which is not supported: set TRADER_ACCOUNT_ADDRESS to a "
        "user's own account",
    )


def _unauthorised(account: str, signer: str, signer_role: AccountRole) -> AccountCheck:
    if signer_role.role is Role.AGENT:
        text = f"is an agent of {signer_role.owner}: set TRADER_ACCOUNT_ADDRESS to that account"
    elif signer_role.role is Role.MISSING:
        text = (
            "is unknown to the venue: approve it as an agent of the account (an approval expires)"
        )
    else:
        text = "is an account of its own: approve an agent, and use the agent's key"
    return AccountCheck(
        AccountVerdict.SIGNER_UNAUTHORISED,
        f"the key's address {signer} may not trade for {account}; it {text}",
    )
