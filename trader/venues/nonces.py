"""One rising counter of nonces a signing key, shared by every process through Redis.

The venue admits each nonce of a signer once. A nonce is max(now in milliseconds, last + 1): should
Redis lose its memory, the nonces go on rising, because the time does.
"""

from datetime import datetime

from trader.errors import Retryable
from trader.venues.moments import to_milliseconds
from trader.venues.script import ScriptCall

_KEY = "trader:nonce:{signer}"
# Runs alone in the server, so no two callers get the same nonce. Numbers here are doubles, exact
# up to 2^53: milliseconds need 2^41.
NEXT_NONCE = """
local last = tonumber(redis.call('GET', KEYS[1]) or '0')
local nonce = math.max(tonumber(ARGV[1]), last + 1)
redis.call('SET', KEYS[1], string.format('%.0f', nonce))
return nonce
"""
"""Script: a nonce of the signer above all before."""


class NonceUnavailable(Retryable):
    """Redis gave no nonce; nothing was sent. One may have been skipped, which does no harm."""


def next_nonce(signer: str, now: datetime) -> ScriptCall:
    """What `NEXT_NONCE` is called with."""
    return ScriptCall(keys=(_KEY.format(signer=signer.lower()),), arguments=(to_milliseconds(now),))
