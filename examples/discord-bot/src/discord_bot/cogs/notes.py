from discord import Interaction, app_commands
from discord.ext import commands

from discord_bot.bot import Bot


class Notes(commands.GroupCog, group_name="note", group_description="Notes that only you see"):
    def __init__(self, bot: Bot) -> None:
        self.bot = bot

    @app_commands.command(description="Keep a note")
    async def add(self, interaction: Interaction, text: app_commands.Range[str, 1, 500]) -> None:
        await self.bot.storage.add_note(interaction.user.id, text)
        notes = await self.bot.storage.notes_of(interaction.user.id)
        await interaction.response.send_message(f"Kept; you have {len(notes)}.", ephemeral=True)

    @app_commands.command(description="Show your notes")
    async def list(self, interaction: Interaction) -> None:
        notes = await self.bot.storage.notes_of(interaction.user.id)
        text = "\n".join(f"{number}. {note}" for number, note in enumerate(notes, 1))
        await interaction.response.send_message(text or "You have no notes.", ephemeral=True)


async def setup(bot: Bot) -> None:
    await bot.add_cog(Notes(bot))
