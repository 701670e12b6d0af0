"""A shelf of books, as a web application."""

from flask import Flask

app = Flask(__name__)


@app.get("/")
def shelf() -> dict[str, list[str]]:
    return {"books": ["Three Men in a Boat"]}
