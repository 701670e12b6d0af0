from pathlib import Path

import discord
import pytest

from discord_bot.__main__ import use_other_server
from discord_bot.bot import COGS, Bot
from discord_bot.quotes import Quotes
from discord_bot.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(token="not-a-token", data=tmp_path)


async def test_every_cog_brings_its_commands(settings):
    bot = Bot(settings)
    for name in COGS:
        await bot.load_extension(f"discord_bot.cogs.{name}")
    assert sorted(command.name for command in bot.tree.get_commands()) == ["about", "note", "quote", "remind"]
    await bot.close()


def test_quotes_are_found_by_topic():
    quotes = Quotes.load()
    assert quotes.topics == ["boats", "containers", "locks"]
    assert quotes.pick("boats").topic == "boats"
    assert quotes.pick("trains") is None


def test_the_token_is_not_printed(settings):
    assert "not-a-token" not in repr(settings)


def test_another_server_can_be_named(monkeypatch, tmp_path):
    monkeypatch.setattr(discord.http.Route, "BASE", discord.http.Route.BASE)
    monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", None)
    use_other_server(Settings(token="x", data=tmp_path, api="http://127.0.0.1:1/api", gateway="ws://127.0.0.1:1/"))
    assert discord.http.Route("GET", "/users/@me").url == "http://127.0.0.1:1/api/users/@me"
    assert discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY.port == 1
