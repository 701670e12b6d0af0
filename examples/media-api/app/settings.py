import tomllib
from functools import cache
from pathlib import Path

from pydantic import BaseModel, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """From the environment: MEDIA_CONFIG, MEDIA_STORE."""

    model_config = SettingsConfigDict(env_prefix="MEDIA_")

    config: Path = Path("config")
    store: Path = Path("media")
    """Where clips are kept; must be writable."""


class Poster(BaseModel):
    width: int
    height: int
    ink: str
    ground: str


class Clip(BaseModel):
    seconds: float
    rate: int


class Limits(BaseModel):
    upload_bytes: int = Field(alias="upload-bytes")


class Config(BaseModel):
    poster: Poster
    clip: Clip
    limits: Limits


@cache
def config() -> Config:
    return Config.model_validate(tomllib.loads((Settings().config / "media.toml").read_text("utf8")))
