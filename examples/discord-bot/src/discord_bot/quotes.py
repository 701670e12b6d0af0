"""Quotes by topic, from a data file of this package."""

import random
import tomllib
from dataclasses import dataclass
from importlib import resources


@dataclass(frozen=True)
class Quote:
    topic: str
    text: str
    author: str

    def __str__(self) -> str:
        return f"> {self.text}\n{self.author}"


class Quotes:
    def __init__(self, quotes: list[Quote]) -> None:
        self._quotes = quotes

    @classmethod
    def load(cls) -> "Quotes":
        text = resources.files("discord_bot").joinpath("data/quotes.toml").read_text("utf8")
        return cls([Quote(**quote) for quote in tomllib.loads(text)["quote"]])

    def __len__(self) -> int:
        return len(self._quotes)

    @property
    def topics(self) -> list[str]:
        return sorted({quote.topic for quote in self._quotes})

    def pick(self, topic: str | None = None) -> Quote | None:
        fitting = [quote for quote in self._quotes if topic in (None, quote.topic)]
        return random.choice(fitting) if fitting else None
