from discord import Interaction, app_commands
from discord.ext import commands

from discord_bot.bot import Bot


class QuoteCog(commands.Cog, name="Quotes"):
    def __init__(self, bot: Bot) -> None:
        self.bot = bot

    @app_commands.command(description="A quote")
    async def quote(self, interaction: Interaction, topic: str | None = None) -> None:
        found = self.bot.quotes.pick(topic)
        answer = f"Nothing about {topic}. Try: {', '.join(self.bot.quotes.topics)}" if found is None else str(found)
        await interaction.response.send_message(answer)

    @quote.autocomplete("topic")
    async def complete(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=topic, value=topic) for topic in self.bot.quotes.topics if typed in topic]


async def setup(bot: Bot) -> None:
    await bot.add_cog(QuoteCog(bot))
