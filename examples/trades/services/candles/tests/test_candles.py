from decimal import Decimal

import pytest
from candles.ledger import Ledger
from trading.messages import Trade


def trade(time: str, price: str, size: int = 10) -> Trade:
    return Trade(symbol="ACME", time=f"2026-03-02T{time}Z", price=Decimal(price), size=size)


@pytest.fixture
def ledger(tmp_path):
    return Ledger(tmp_path)


def test_a_minute_is_over_with_the_first_trade_of_the_next(ledger):
    assert ledger.add(trade("09:00:05", "20.00", 100)) is None
    assert ledger.add(trade("09:00:31", "21.00", 50)) is None
    assert ledger.add(trade("09:00:58", "20.50", 50)) is None
    candle = ledger.add(trade("09:01:10", "20.90"))
    assert (str(candle.open), str(candle.high), str(candle.low), str(candle.close)) == ("20.00", "21.00", "20.00", "20.50")
    assert (candle.volume, candle.average) == (200, pytest.approx(20.375))


def test_a_restart_loses_no_trade(ledger, tmp_path):
    ledger.add(trade("09:00:05", "20.00"))
    ledger.save()
    assert Ledger(tmp_path).add(trade("09:01:00", "20.00")).volume == 10
