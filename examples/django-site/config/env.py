"""Run-time settings, read from the environment (`SITE_…`)."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from pydantic_settings import BaseSettings, SettingsConfigDict


class Env(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="SITE_")

    secret_key: str = ""
    hosts: list[str] = ["*"]
    data: Path = Path("/app/data")
    media: Path = Path("/app/media")
    logs: Path = Path("/app/logs")
    database: str = ""
    """postgresql://USER:PASSWORD@HOST:PORT/NAME; without it a file in `data`."""
    greeting: str = "Hello from the container"
    debug: bool = False

    def databases(self) -> dict[str, dict[str, Any]]:
        if not self.database:
            return {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": self.data / "site.sqlite3"}}
        url = urlsplit(self.database)
        server = {"HOST": url.hostname or "", "PORT": url.port or "", "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
        login = {"USER": unquote(url.username or ""), "PASSWORD": unquote(url.password or "")}
        return {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": url.path.removeprefix("/"), **server, **login}}
