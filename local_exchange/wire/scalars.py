"""The scalar types of the wire: decimals as strings, addresses, client order ids, milliseconds."""

import re
from decimal import Decimal
from typing import Annotated, Final

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
)

_DECIMAL: Final = re.compile(r"[0-9]{1,20}(?:\.[0-9]+)?", re.ASCII)
_MAX_DECIMALS: Final = 8


class WireModel(BaseModel):
    """What came over the wire, checked without coercion; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)


def parse_decimal(value: object) -> Decimal:
    """A non-negative decimal string of at most 8 significant decimals; anything else is refused.

    Padded zeros are dropped, numbers and scientific notation are not accepted, as at the venue.
    """
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
        raise ValueError(f"{value!r} is not a plain non-negative decimal string")
    whole, _, fraction = value.partition(".")
    fraction = fraction.rstrip("0")
    if len(fraction) > _MAX_DECIMALS:
        raise ValueError(f"{value!r} has more than {_MAX_DECIMALS} decimals")
    return Decimal(f"{whole}.{fraction}" if fraction else whole)


def decimal_text(value: Decimal) -> str:
    """The venue's canonical text, which is also what is hashed: plain, without padded zeros."""
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").removesuffix(".")
    return "0" if text == "-0" else text


def amount(value: Decimal) -> str:
    """A number in an answer: as the venue prints it, with `.0` after a whole number."""
    text = decimal_text(value)
    return text if "." in text else f"{text}.0"


def optional_amount(value: Decimal | None) -> str | None:
    """`amount`, or null where there is none."""
    return None if value is None else amount(value)


WireDecimal = Annotated[
    Decimal, BeforeValidator(parse_decimal), PlainSerializer(decimal_text, return_type=str)
]
Address = Annotated[
    str, StringConstraints(pattern=r"^0x[0-9a-fA-F]{40}$", to_lower=True, strict=True)
]
Cloid = Annotated[
    str, StringConstraints(pattern=r"^0x[0-9a-fA-F]{32}$", to_lower=True, strict=True)
]
HexNumber = Annotated[str, StringConstraints(pattern=r"^0x[0-9a-fA-F]{1,64}$", strict=True)]
UInt64 = Annotated[int, Field(ge=0, lt=2**64)]
AssetId = Annotated[int, Field(ge=0, lt=2**32)]
