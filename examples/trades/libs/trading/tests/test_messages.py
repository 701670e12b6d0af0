import pytest
from pydantic import ValidationError

from trading.messages import Trade, instruments


def trade(**changes):
    return Trade.model_validate({"symbol": "OATS", "time": "2026-03-02T09:00:00Z", "price": "3.05", "size": 1} | changes)


def test_a_trade_survives_the_bus():
    assert Trade.model_validate_json(trade().model_dump_json()) == trade()


@pytest.mark.parametrize(("changes", "reason"), [({"symbol": "RYE"}, "no instrument RYE"), ({"price": "3.01"}, "no multiple")])
def test_what_does_not_fit_is_refused(changes, reason):
    with pytest.raises(ValidationError, match=reason):
        trade(**changes)


def test_instruments_come_from_the_data_file():
    assert sorted(instruments()) == ["ACME", "OATS"]
