from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import aiosqlite


@dataclass(frozen=True)
class Reminder:
    id: int
    user: int
    channel: int
    text: str


class Storage:
    """Notes and reminders in one SQLite file."""

    def __init__(self, file: Path | str) -> None:
        self._file = file
        self._database: aiosqlite.Connection | None = None

    @property
    def _open(self) -> aiosqlite.Connection:
        if self._database is None:
            raise RuntimeError("the database is not open")
        return self._database

    async def open(self) -> None:
        self._database = await aiosqlite.connect(self._file)
        await self._database.executescript(resources.files("discord_bot").joinpath("data/schema.sql").read_text("utf8"))

    async def close(self) -> None:
        if self._database is not None:
            await self._database.close()
            self._database = None

    async def add_note(self, user: int, text: str) -> None:
        await self._open.execute("insert into note (user, text) values (?, ?)", (user, text))
        await self._open.commit()

    async def notes_of(self, user: int) -> list[str]:
        rows = await self._open.execute_fetchall("select text from note where user = ? order by id", (user,))
        return [text for (text,) in rows]

    async def count_notes(self) -> int:
        rows = await self._open.execute_fetchall("select count(*) from note")
        return next(iter(rows))[0]

    async def remind(self, user: int, channel: int, text: str, due: float) -> None:
        """`due` in seconds since 1970."""
        values = (user, channel, text, due)
        await self._open.execute("insert into reminder (user, channel, text, due) values (?, ?, ?, ?)", values)
        await self._open.commit()

    async def take_due(self, now: float) -> list[Reminder]:
        """Reminders that are due; each is given out once."""
        sql = "delete from reminder where due <= ? returning id, user, channel, text"
        rows = await self._open.execute_fetchall(sql, (now,))
        await self._open.commit()
        return sorted((Reminder(*row) for row in rows), key=lambda reminder: reminder.id)
