import os
from importlib.metadata import version

from discord import Interaction, app_commands
from discord.ext import commands

from discord_bot.bot import Bot


class About(commands.Cog):
    def __init__(self, bot: Bot) -> None:
        self.bot = bot

    @app_commands.command(description="Say what this bot is")
    async def about(self, interaction: Interaction) -> None:
        parts = [
            f"discord-bot {version('discord-bot')} on discord.py {version('discord.py')}",
            f"{len(self.bot.quotes)} quotes about {', '.join(self.bot.quotes.topics)}",
            f"{await self.bot.storage.count_notes()} notes, as uid {os.getuid()}",
        ]
        await interaction.response.send_message("\n".join(parts))


async def setup(bot: Bot) -> None:
    await bot.add_cog(About(bot))
