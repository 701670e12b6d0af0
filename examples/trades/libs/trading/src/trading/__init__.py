"""What the services share: messages, the bus, settings."""
