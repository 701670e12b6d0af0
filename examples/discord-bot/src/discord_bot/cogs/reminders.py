import time
from datetime import timedelta

import discord
import humanize
import structlog
from discord import Interaction, app_commands
from discord.ext import commands, tasks

from discord_bot.bot import Bot

log = structlog.get_logger()


class Reminders(commands.Cog):
    def __init__(self, bot: Bot) -> None:
        self.bot = bot

    async def cog_load(self) -> None:
        self.send_due.start()

    async def cog_unload(self) -> None:
        self.send_due.cancel()

    @app_commands.command(description="Be reminded later, in this channel")
    async def remind(self, interaction: Interaction, minutes: app_commands.Range[int, 0, 10_080], text: str) -> None:
        due = time.time() + minutes * 60
        await self.bot.storage.remind(interaction.user.id, interaction.channel_id or 0, text, due)
        wait = humanize.precisedelta(timedelta(minutes=minutes))
        await interaction.response.send_message(f"In {wait}: {text}", ephemeral=True)

    @tasks.loop(seconds=1)
    async def send_due(self) -> None:
        for reminder in await self.bot.storage.take_due(time.time()):
            channel = self.bot.get_partial_messageable(reminder.channel)
            try:
                await channel.send(f"<@{reminder.user}> {reminder.text}")
            except discord.HTTPException as error:
                log.warning("reminder lost", id=reminder.id, status=error.status)

    @send_due.before_loop
    async def wait_until_ready(self) -> None:
        await self.bot.wait_until_ready()


async def setup(bot: Bot) -> None:
    await bot.add_cog(Reminders(bot))
