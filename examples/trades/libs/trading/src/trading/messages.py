"""Messages on the bus, as JSON."""

import tomllib
from datetime import datetime
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Self

from pydantic import BaseModel, model_validator


class Instrument(BaseModel):
    currency: str
    step: Decimal


@cache
def instruments() -> dict[str, Instrument]:
    text = resources.files("trading").joinpath("instruments.toml").read_text("utf8")
    return {symbol: Instrument.model_validate(facts) for symbol, facts in tomllib.loads(text).items()}


class Trade(BaseModel):
    symbol: str
    time: datetime
    price: Decimal
    size: int

    @model_validator(mode="after")
    def price_fits(self) -> Self:
        instrument = instruments().get(self.symbol)
        if instrument is None:
            raise ValueError(f"no instrument {self.symbol}")
        if self.price % instrument.step:
            raise ValueError(f"{self.price} is no multiple of {instrument.step}")
        return self


class Candle(BaseModel):
    """What the trades of one minute came to."""

    symbol: str
    minute: datetime
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: int
    average: float
    """Mean price, weighted by size."""

    @property
    def change(self) -> float:
        """Relative change of the price in this minute."""
        return float(self.close / self.open - 1)
