"""Flower's settings: loopback unless told otherwise, and never open to others without a password.

Flower reads this file from its working folder; FLOWER_ADDRESS and FLOWER_BASIC_AUTH
(name:password) are environment variables.
"""

import os

_LOOPBACK = ("127.0.0.1", "::1", "localhost")

address = os.environ.get("FLOWER_ADDRESS", _LOOPBACK[0])

if address not in _LOOPBACK and not os.environ.get("FLOWER_BASIC_AUTH"):
    raise SystemExit(f"flower: set FLOWER_BASIC_AUTH (name:password) to listen on {address}")
