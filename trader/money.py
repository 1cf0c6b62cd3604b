"""Decimal types for prices, sizes and money, as pydantic fields.

All refuse NaN and infinity. Prices and sizes are positive; amounts are signed US dollars.
"""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

BASIS_POINTS = Decimal(10_000)

Price = Annotated[Decimal, Field(gt=0, allow_inf_nan=False)]
Size = Annotated[Decimal, Field(gt=0, allow_inf_nan=False)]
NonNegativeSize = Annotated[Decimal, Field(ge=0, allow_inf_nan=False)]
SignedSize = Annotated[Decimal, Field(allow_inf_nan=False)]
Amount = Annotated[Decimal, Field(allow_inf_nan=False)]
Fraction = Annotated[Decimal, Field(gt=0, le=1, allow_inf_nan=False)]
