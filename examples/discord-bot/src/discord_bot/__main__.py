import asyncio
import logging
import signal

import discord
import structlog
import yarl

from discord_bot.bot import Bot
from discord_bot.settings import Settings


def log_as_json() -> None:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ]
    )
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")


def use_other_server(settings: Settings) -> None:
    """Leads discord.py to another server than Discord's own: a proxy, or a fake one in tests."""
    if settings.api:
        discord.http.Route.BASE = settings.api
    if settings.gateway:
        discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.gateway)


async def run(settings: Settings) -> None:
    bot = Bot(settings)
    # The program is process 1 of its container, where a signal without a handler is ignored.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lambda: asyncio.ensure_future(bot.close()))
    async with bot:
        await bot.start(settings.token.get_secret_value())


def main() -> None:
    settings = Settings()
    log_as_json()
    use_other_server(settings)
    asyncio.run(run(settings))


if __name__ == "__main__":
    main()
