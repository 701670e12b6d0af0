from pathlib import Path

from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    """From the environment: KAFKA_BROKER_ADDRESS, STATE."""

    kafka_broker_address: str = "localhost:9092"
    state: Path = Path("/app/state")
    """The one directory that a service may write to."""
