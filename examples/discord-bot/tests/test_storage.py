import pytest

from discord_bot.storage import Storage


@pytest.fixture
async def storage(tmp_path):
    storage = Storage(tmp_path / "bot.sqlite3")
    await storage.open()
    yield storage
    await storage.close()


async def test_notes_belong_to_their_user(storage):
    await storage.add_note(1, "milk")
    await storage.add_note(2, "bread")
    await storage.add_note(1, "eggs")
    assert await storage.notes_of(1) == ["milk", "eggs"]
    assert await storage.count_notes() == 3


async def test_a_reminder_is_given_out_once_and_not_before_it_is_due(storage):
    await storage.remind(1, 7, "tea", due=100.0)
    assert await storage.take_due(99.0) == []
    assert [(found.user, found.channel, found.text) for found in await storage.take_due(100.0)] == [(1, 7, "tea")]
    assert await storage.take_due(1000.0) == []


async def test_notes_outlive_the_process(tmp_path):
    for _ in range(2):
        storage = Storage(tmp_path / "bot.sqlite3")
        await storage.open()
        await storage.add_note(1, "again")
        await storage.close()
    await storage.open()
    assert await storage.notes_of(1) == ["again", "again"]
    await storage.close()
