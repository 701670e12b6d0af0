from datetime import datetime

import numpy as np
from trading.messages import Candle, Trade


def minute_of(trade: Trade) -> datetime:
    return trade.time.replace(second=0, microsecond=0)


def candle_of(trades: list[Trade]) -> Candle:
    """The candle of trades of one symbol and one minute, oldest first; there must be one at least."""
    prices = [trade.price for trade in trades]
    sizes = np.array([trade.size for trade in trades])
    return Candle(
        symbol=trades[0].symbol,
        minute=minute_of(trades[0]),
        open=prices[0],
        high=max(prices),
        low=min(prices),
        close=prices[-1],
        volume=int(sizes.sum()),
        average=float(np.average(np.array(prices, dtype=float), weights=sizes)),
    )
