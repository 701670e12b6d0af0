import io

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from app.main import app, clips


@pytest.fixture
def client(tmp_path, monkeypatch):
    monkeypatch.setenv("MEDIA_STORE", str(tmp_path))
    clips().mkdir()
    return TestClient(app)


def picture(answer) -> Image.Image:
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    return Image.open(io.BytesIO(answer.content)).convert("RGB")


def test_a_poster_has_the_size_and_ground_of_the_configuration(client):
    found = picture(client.get("/poster.png", params={"title": "Moin"}))
    assert found.size == (640, 360)
    assert found.getpixel((0, 0)) == (0x20, 0x50, 0x7A)


def test_the_last_still_of_a_clip_is_its_poster(client):
    name = client.post("/clips", data={"title": "Moin"}).json()["clip"]
    assert name in client.get("/").text
    file = client.get(f"/clips/{name}")
    still = picture(client.post("/stills", files={"clip": ("a.mkv", file.content)}))
    poster = picture(client.get("/poster.png", params={"title": "Moin"}))
    assert still.size == poster.size
    middle = [abs(a - b) for a, b in zip(still.resize((8, 8)).tobytes(), poster.resize((8, 8)).tobytes(), strict=True)]
    assert max(middle) < 24


def test_what_is_no_clip_is_refused(client):
    assert client.post("/stills", files={"clip": ("a.mkv", b"no clip")}).status_code == 422


def test_health_counts_clips(client):
    client.post("/clips", data={"title": "one"})
    assert client.get("/health").json()["clips"] == 1
