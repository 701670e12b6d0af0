import pytest


@pytest.fixture(autouse=True)
def data_directory(tmp_path, settings):
    settings.ENV.data = tmp_path


@pytest.mark.django_db
def test_notes_are_rendered_and_cleaned(client):
    made = client.post("/api/notes/", {"title": "first", "body": "**bold** <script>x</script>"})
    assert made.status_code == 201
    assert "<strong>bold</strong>" in made.json()["html"]
    assert "<script>" not in made.json()["html"]
    assert client.get("/health/").json()["notes"] == 1
