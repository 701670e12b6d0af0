#!/bin/sh
# Starts the API; `exec` makes the server process 1, which gets the signals.
set -eu
mkdir -p "${MEDIA_STORE:-/app/media}/clips"
exec uvicorn app.main:app --host 0.0.0.0 --port "${PORT:-8000}" --log-config "${LOG_CONFIG:-config/logging.json}" --no-server-header
