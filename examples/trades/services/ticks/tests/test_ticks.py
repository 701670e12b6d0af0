from ticks.main import trades


def test_the_file_holds_trades_in_order():
    found = list(trades())
    assert len(found) == 8
    assert sorted(found, key=lambda trade: trade.time) == found
