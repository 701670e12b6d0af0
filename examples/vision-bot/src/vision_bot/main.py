import json
import signal
import threading
from dataclasses import asdict
from pathlib import Path

import structlog
import typer
from PIL import Image, UnidentifiedImageError
from watchfiles import Change, watch

from vision_bot.classify import Classifier
from vision_bot.settings import Settings

app = typer.Typer(no_args_is_help=True, add_completion=False)
structlog.configure(processors=[structlog.processors.add_log_level, structlog.processors.JSONRenderer()])
log = structlog.get_logger()


@app.command()
def classify(files: list[Path]) -> None:
    """Say what pictures show, one line of JSON each."""
    classifier = Classifier()
    for file in files:
        print(json.dumps({"file": file.name, **asdict(classifier.classify_file(file))}))


def answer(classifier: Classifier, file: Path, outbox: Path) -> None:
    """Writes NAME.json into the outbox; what is no picture is only logged."""
    try:
        finding = asdict(classifier.classify_file(file))
    except (UnidentifiedImageError, Image.DecompressionBombError):
        log.warning("not a picture", file=file.name)
        return
    # A reader of the outbox never sees half a file.
    new = outbox / f".{file.name}.new"
    new.write_text(json.dumps(finding), "utf8")
    new.rename(outbox / f"{file.name}.json")
    log.info("answered", file=file.name, **finding)


@app.command(name="watch")
def watch_inbox() -> None:
    """Answer every picture that comes into the inbox, until the program is told to end."""
    settings = Settings()
    classifier = Classifier()
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    for file in sorted(settings.inbox.iterdir()):
        answer(classifier, file, settings.outbox)
    log.info("watching", inbox=str(settings.inbox))
    for changes in watch(settings.inbox, stop_event=stop, rust_timeout=200, yield_on_timeout=False):
        for change, path in sorted(changes):
            if change is not Change.deleted:
                answer(classifier, Path(path), settings.outbox)


if __name__ == "__main__":
    app()
