from decimal import Decimal

from alerts.rules import alert_of
from trading.messages import Candle


def candle(close: str) -> Candle:
    prices = {"open": Decimal("20.00"), "high": Decimal("21.00"), "low": Decimal("19.00"), "close": Decimal(close)}
    return Candle(symbol="ACME", minute="2026-03-02T09:00:00Z", volume=1, average=20.0, **prices)


def test_people_are_told_about_jumps():
    assert alert_of(candle("21.00")) == "ACME rose by 5.0 % to 21.00 EUR (09:00)"
    assert alert_of(candle("19.00")) == "ACME fell by 5.0 % to 19.00 EUR (09:00)"


def test_and_about_nothing_else():
    assert alert_of(candle("20.70")) is None
