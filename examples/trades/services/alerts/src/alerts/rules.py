import tomllib
from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from trading.messages import Candle, instruments

pages = Environment(loader=PackageLoader("alerts"), undefined=StrictUndefined)


@cache
def changes() -> dict[str, float]:
    return tomllib.loads(resources.files("alerts").joinpath("rules.toml").read_text("utf8"))["change"]


def alert_of(candle: Candle) -> str | None:
    """What people are told about a candle; None if it is nothing to speak of."""
    if abs(candle.change) < changes()[candle.symbol]:
        return None
    currency = instruments()[candle.symbol].currency
    return pages.get_template("alert.txt.j2").render(candle=candle, currency=currency)
