"""Signs actions to the same bytes as the SDK's `sign_l1_action`, with less to do for each.

Of the message that is signed only the action's hash ever changes: the rest is hashed once, and the
key is derived once.
Source: EIP-712; Hyperliquid's Python SDK, `hyperliquid/utils/signing.py`.
"""

from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak
from hyperliquid.utils.signing import action_hash, construct_phantom_agent, l1_payload

from trader.strands.strand import Json
from trader.venues.credentials import Credentials
from trader.venues.venue import Action

_PREFIX = b"\x19\x01"
_EMPTY_AGENT = l1_payload(construct_phantom_agent(bytes(32), is_mainnet=False))
_DOMAIN = encode_typed_data(full_message=_EMPTY_AGENT).header
_AGENT_TYPE = keccak(text="Agent(string source,bytes32 connectionId)")
_MAINNET, _ELSEWHERE = keccak(text="a"), keccak(text="b")
_V_OF_EVEN_Y = 27


def sign_action(
    credentials: Credentials, action: Action, nonce: int, expires_after: int, *, is_mainnet: bool
) -> dict[str, Json]:
    """The signature of an action for the account itself; nonce and expiry in milliseconds."""
    source = _MAINNET if is_mainnet else _ELSEWHERE
    agent = keccak(_AGENT_TYPE + source + action_hash(action, None, nonce, expires_after))
    signature = credentials.sign(keccak(_PREFIX + _DOMAIN + agent))
    return {
        "r": hex(signature.r),
        "s": hex(signature.s),
        "v": signature.v + _V_OF_EVEN_Y,
    }
