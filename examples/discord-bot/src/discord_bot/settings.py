"""Run-time settings: variables `DISCORD_…`, or a file per value in /run/secrets, as Docker and Compose mount them."""

from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

SECRETS = Path("/run/secrets")


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="DISCORD_", secrets_dir=SECRETS if SECRETS.is_dir() else None)

    token: SecretStr
    data: Path = Path("/app/data")
    """Where the database lies."""
    api: str = ""
    """Base of Discord's REST API; empty for Discord's own."""
    gateway: str = ""
    """URL of the gateway; empty for Discord's own."""
