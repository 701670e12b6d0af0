import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from config.env import Env


@pytest.fixture(autouse=True)
def directories(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path


@pytest.mark.django_db
def test_notes_are_rendered_and_cleaned(client):
    made = client.post("/api/notes/", {"title": "first", "body": "**bold** <script>x</script>"})
    assert made.status_code == 201
    assert "<strong>bold</strong>" in made.json()["html"]
    assert "<script>" not in made.json()["html"]
    assert client.get("/health/").json()["notes"] == 1


@pytest.mark.django_db
def test_a_picture_is_kept_and_shown(client):
    out = io.BytesIO()
    Image.new("RGB", (3, 2)).save(out, "PNG")
    note = client.post("/api/notes/", {"title": "with", "picture": SimpleUploadedFile("a.png", out.getvalue(), "image/png")}).json()
    assert note["picture"].endswith("/media/pictures/a.png")
    assert b"".join(client.get("/media/pictures/a.png").streaming_content) == out.getvalue()
    assert "/media/pictures/a.png" in client.get("/").content.decode()


@pytest.mark.parametrize("name", ["pictures/none.png", "../settings.py", "pictures/../../x", ""])
def test_nothing_else_is_given_out(client, name):
    assert client.get(f"/media/{name}").status_code == 404


def test_a_database_is_named_by_its_url():
    default = Env(database="postgresql://site:p%40ss@db:5433/notes").databases()["default"]
    assert {key: default[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")} == {
        "NAME": "notes",
        "USER": "site",
        "PASSWORD": "p@ss",
        "HOST": "db",
        "PORT": 5433,
    }
