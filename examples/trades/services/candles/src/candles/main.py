"""Sums trades up, minute by minute."""

import structlog
from trading.bus import Publisher, messages, subscribe
from trading.logs import log_as_json
from trading.messages import Trade
from trading.settings import Settings
from trading.stop import Stop

from candles.ledger import Ledger

log = structlog.get_logger()


def main() -> None:
    log_as_json()
    settings = Settings()
    stop = Stop()
    ledger = Ledger(settings.state)
    publisher = Publisher(settings.kafka_broker_address)
    consumer = subscribe(settings.kafka_broker_address, "candles", "trades")
    log.info("started")
    for trade in messages(consumer, Trade, stop):
        candle = ledger.add(trade)
        if candle is not None:
            publisher.publish("candles", candle.symbol, candle)
            publisher.flush()
        ledger.save()
    log.info("ended")


if __name__ == "__main__":
    main()
