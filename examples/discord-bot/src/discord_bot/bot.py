import discord
import structlog
from discord.ext import commands

from discord_bot.quotes import Quotes
from discord_bot.settings import Settings
from discord_bot.storage import Storage

COGS = ["about", "notes", "quotes", "reminders"]
log = structlog.get_logger()


class Bot(commands.Bot):
    def __init__(self, settings: Settings) -> None:
        # Slash commands need no privileged intent.
        super().__init__(command_prefix=commands.when_mentioned, intents=discord.Intents.default(), help_command=None)
        self.quotes = Quotes.load()
        self.storage = Storage(settings.data / "bot.sqlite3")

    async def setup_hook(self) -> None:
        await self.storage.open()
        for name in COGS:
            await self.load_extension(f"discord_bot.cogs.{name}")
        synced = await self.tree.sync()
        log.info("commands", names=[command.name for command in synced])

    async def on_ready(self) -> None:
        log.info("ready", user=str(self.user), quotes=len(self.quotes), notes=await self.storage.count_notes())

    async def close(self) -> None:
        await super().close()
        await self.storage.close()
