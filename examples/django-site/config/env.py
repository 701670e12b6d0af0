"""Run-time settings, read from the environment (`SITE_…`)."""

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict


class Env(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="SITE_")

    secret_key: str = ""
    hosts: list[str] = ["*"]
    data: Path = Path("/app/data")
    greeting: str = "Hello from the container"
    debug: bool = False
