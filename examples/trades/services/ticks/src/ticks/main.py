"""Publishes the trades of a file, then ends."""

import csv
import time
from collections.abc import Iterator
from importlib import resources

import humanize
import structlog
from trading.bus import Publisher
from trading.logs import log_as_json
from trading.messages import Trade
from trading.settings import Settings
from trading.stop import Stop

log = structlog.get_logger()


class TicksSettings(Settings):
    ticks_pause: float = 0.0
    """Seconds between two trades."""


def trades() -> Iterator[Trade]:
    with resources.files("ticks").joinpath("trades.csv").open(encoding="utf8", newline="") as file:
        yield from map(Trade.model_validate, csv.DictReader(file))


def main() -> None:
    log_as_json()
    settings = TicksSettings()
    stop = Stop()
    publisher = Publisher(settings.kafka_broker_address)
    count = 0
    for trade in trades():
        if stop.asked:
            break
        publisher.publish("trades", trade.symbol, trade)
        count += 1
        time.sleep(settings.ticks_pause)
    publisher.flush()
    log.info("published", trades=humanize.intcomma(count))


if __name__ == "__main__":
    main()
