from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """From the environment: VISION_INBOX, VISION_OUTBOX."""

    model_config = SettingsConfigDict(env_prefix="VISION_")

    inbox: Path = Path("/app/inbox")
    outbox: Path = Path("/app/outbox")
