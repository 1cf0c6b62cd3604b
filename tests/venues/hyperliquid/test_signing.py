"""The SDK signs the same: the venue knows nothing else."""

from eth_account import Account
from hyperliquid.utils.signing import sign_l1_action
from hypothesis import given
from hypothesis import strategies as st

from tests.venues.builders import PRIVATE_KEY, limit_order, stop_order
from tests.venues.hyperliquid.test_client import INSTRUMENTS
from trader.strands.strand import Json
from trader.venues.credentials import Credentials
from trader.venues.hyperliquid.signing import sign_action
from trader.venues.hyperliquid.wire import order_action

OTHER_CLOID = "0x000000000000000000000000000000a2"
WALLET = Account.from_key(PRIVATE_KEY)
CREDENTIALS = Credentials(WALLET)
milliseconds = st.integers(0, 2**53)
scalars = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.text()
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)
OURS = order_action([limit_order(), stop_order(cloid=OTHER_CLOID)], INSTRUMENTS)
actions = st.just(OURS) | st.dictionaries(st.text(), values, max_size=5)


@given(actions, milliseconds, milliseconds, st.booleans())
def test_it_is_the_sdks_signature(
    action: dict[str, Json], nonce: int, expiry: int, is_mainnet: bool
) -> None:
    ours = sign_action(CREDENTIALS, action, nonce, expiry, is_mainnet=is_mainnet)
    assert ours == sign_l1_action(WALLET, action, None, nonce, expiry, is_mainnet)
