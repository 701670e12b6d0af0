from pathlib import Path

from pydantic import TypeAdapter
from trading.messages import Candle, Trade

from candles.candle import candle_of, minute_of

OPEN = TypeAdapter(dict[str, list[Trade]])


class Ledger:
    """Trades of minutes that are not over yet, kept in a file so that a restart loses none."""

    def __init__(self, state: Path) -> None:
        self._file = state / "open.json"
        self._open = OPEN.validate_json(self._file.read_bytes()) if self._file.exists() else {}

    def add(self, trade: Trade) -> Candle | None:
        """Takes a trade; gives the candle of the minute that it ends, if it ends one."""
        kept = self._open.get(trade.symbol, [])
        is_over = bool(kept) and minute_of(kept[-1]) < minute_of(trade)
        self._open[trade.symbol] = [trade] if is_over else [*kept, trade]
        return candle_of(kept) if is_over else None

    def save(self) -> None:
        """Replaces the file in one step."""
        new = self._file.with_suffix(".new")
        new.write_bytes(OPEN.dump_json(self._open))
        new.replace(self._file)
