"""An account as the venue's JSON shows it: positions, balances, fees, budgets, roles."""

from typing import Any

from local_exchange.engine.events import FundingPaid, Liquidated
from local_exchange.engine.views import (
    ActiveAsset,
    ClearinghouseState,
    ExtraAgent,
    Leverage,
    MarginSummary,
    PositionView,
    RateLimit,
    RoleKind,
    SpotBalance,
    UserFees,
    UserRole,
)
from local_exchange.wire.scalars import amount, optional_amount

Json = dict[str, Any]
NOBODY = "0x" + "0" * 40


def clearinghouse_state(state: ClearinghouseState) -> Json:
    """The perpetuals account."""
    return {
        "marginSummary": _margin_summary(state.margin_summary),
        "crossMarginSummary": _margin_summary(state.cross_margin_summary),
        "crossMaintenanceMarginUsed": amount(state.cross_maintenance_margin_used),
        "withdrawable": amount(state.withdrawable),
        "assetPositions": [
            {"type": "oneWay", "position": _position(position)} for position in state.positions
        ],
        "time": state.time,
    }


def spot_balance(balance: SpotBalance) -> Json:
    """One token's balance."""
    return {
        "coin": balance.coin,
        "token": balance.token,
        "total": amount(balance.total),
        "hold": amount(balance.hold),
        "entryNtl": amount(balance.entry_notional),
    }


def rate_limit(limit: RateLimit) -> Json:
    """The address's request budget."""
    return {
        "cumVlm": amount(limit.cumulative_volume),
        "nRequestsUsed": limit.requests_used,
        "nRequestsCap": limit.requests_cap,
        "nRequestsSurplus": 0,
    }


def user_role(role: UserRole) -> Json:
    """What the address is; for an agent, whose."""
    if role.kind is RoleKind.AGENT:
        return {"role": role.kind, "data": {"user": role.master}}
    return {"role": role.kind}


def extra_agent(agent: ExtraAgent) -> Json:
    """A named agent."""
    return {"name": agent.name, "address": agent.address, "validUntil": agent.valid_until}


def user_fees(fees: UserFees) -> Json:
    """The base tier, which is everybody's here: no volume tiers, staking or referrals."""
    taker, maker = amount(fees.taker_rate), amount(fees.maker_rate)
    spot_taker, spot_maker = amount(fees.spot_taker_rate), amount(fees.spot_maker_rate)
    return {
        "dailyUserVlm": [],
        "feeSchedule": {
            "cross": taker,
            "add": maker,
            "spotCross": spot_taker,
            "spotAdd": spot_maker,
            "tiers": {"vip": [], "mm": []},
            "referralDiscount": "0.0",
            "stakingDiscountTiers": [],
        },
        "userCrossRate": taker,
        "userAddRate": maker,
        "userSpotCrossRate": spot_taker,
        "userSpotAddRate": spot_maker,
        "activeReferralDiscount": "0.0",
        "trial": None,
        "feeTrialEscrow": "0.0",
        "nextTrialAvailableTimestamp": None,
        "stakingLink": None,
        "activeStakingDiscount": None,
    }


def funding_payment(payment: FundingPaid) -> Json:
    """A payment as `userFunding` lists it: funding has no transaction, so its hash is zeros."""
    return {
        "time": payment.time,
        "hash": "0x" + "0" * 64,
        "delta": {"type": "funding"} | funding_terms(payment),
    }


def funding_terms(payment: FundingPaid) -> Json:
    """What was paid on what; negative `usdc` means that the user paid."""
    return {
        "coin": payment.coin,
        "usdc": amount(payment.usdc),
        "szi": amount(payment.size),
        "fundingRate": amount(payment.rate),
        "nSamples": payment.samples,
    }


def liquidation(event: Liquidated) -> Json:
    """A liquidation as the user's events tell it; the market is the liquidator."""
    return {
        "lid": event.lid,
        "liquidator": NOBODY,
        "liquidated_user": event.user,
        "liquidated_ntl_pos": amount(event.notional),
        "liquidated_account_value": amount(event.account_value),
    }


def active_asset(user: str, coin: str, asset: ActiveAsset) -> Json:
    """What the user could trade now, buying and selling."""
    return {
        "user": user,
        "coin": coin,
        "leverage": _leverage(asset.leverage),
        "maxTradeSzs": [amount(size) for size in asset.max_trade_sizes],
        "availableToTrade": [amount(margin) for margin in asset.available_to_trade],
        "markPx": amount(asset.mark_price),
    }


def _position(position: PositionView) -> Json:
    return {
        "coin": position.coin,
        "szi": amount(position.size),
        "leverage": _leverage(position.leverage),
        "entryPx": amount(position.entry_price),
        "positionValue": amount(position.position_value),
        "unrealizedPnl": amount(position.unrealized_pnl),
        "returnOnEquity": amount(position.return_on_equity),
        "liquidationPx": optional_amount(position.liquidation_price),
        "marginUsed": amount(position.margin_used),
        "maxLeverage": position.max_leverage,
        "cumFunding": {
            "allTime": amount(position.funding.all_time),
            "sinceOpen": amount(position.funding.since_open),
            "sinceChange": amount(position.funding.since_change),
        },
    }


def _leverage(leverage: Leverage) -> Json:
    shape: Json = {"type": leverage.type, "value": leverage.value}
    return shape if leverage.raw_usd is None else shape | {"rawUsd": amount(leverage.raw_usd)}


def _margin_summary(summary: MarginSummary) -> Json:
    return {
        "accountValue": amount(summary.account_value),
        "totalNtlPos": amount(summary.total_notional),
        "totalRawUsd": amount(summary.total_raw_usd),
        "totalMarginUsed": amount(summary.total_margin_used),
    }
