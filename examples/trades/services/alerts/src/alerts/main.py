"""Tells people about candles that jump."""

import httpx
import structlog
from trading.bus import messages, subscribe
from trading.logs import log_as_json
from trading.messages import Candle
from trading.settings import Settings
from trading.stop import Stop

from alerts.rules import alert_of

log = structlog.get_logger()


class AlertsSettings(Settings):
    alerts_webhook: str = ""
    """URL that gets each alert as JSON; empty: alerts are only logged."""


def main() -> None:
    log_as_json()
    settings = AlertsSettings()
    stop = Stop()
    consumer = subscribe(settings.kafka_broker_address, "alerts", "candles")
    log.info("started")
    with httpx.Client(timeout=10) as client, (settings.state / "alerts.log").open("a", encoding="utf8") as told:
        for candle in messages(consumer, Candle, stop):
            text = alert_of(candle)
            if text is None:
                continue
            log.info("alert", text=text)
            if settings.alerts_webhook:
                client.post(settings.alerts_webhook, json={"text": text}).raise_for_status()
            print(text, file=told, flush=True)
    log.info("ended")


if __name__ == "__main__":
    main()
