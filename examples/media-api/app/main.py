import os
import uuid
from pathlib import Path
from typing import Annotated

from fastapi import FastAPI, Form, HTTPException, Request, Response, UploadFile
from fastapi.responses import FileResponse, HTMLResponse
from fastapi.templating import Jinja2Templates

from app import pictures
from app.settings import Settings, config

app = FastAPI(title="media-api", version="3.0.0")
templates = Jinja2Templates(Path(__file__).parent / "templates")


def clips() -> Path:
    return Settings().store / "clips"


@app.get("/", response_class=HTMLResponse)
def home(request: Request) -> Response:
    return templates.TemplateResponse(request, "home.html", {"clips": sorted(file.stem for file in clips().iterdir())})


@app.get("/health")
def health() -> dict[str, str | int]:
    config()
    return {"status": "ok", "clips": sum(1 for _ in clips().iterdir()), "uid": os.getuid()}


@app.get("/poster.png")
def poster(title: str) -> Response:
    return Response(pictures.png(pictures.poster(title)), media_type="image/png")


@app.post("/clips", status_code=201)
def make_clip(title: Annotated[str, Form(max_length=40)]) -> dict[str, str]:
    name = uuid.uuid4().hex
    new = clips() / f"{name}.new"
    with new.open("wb") as file:
        pictures.clip(pictures.poster(title), file)
    new.rename(clips() / f"{name}.mkv")
    return {"clip": name}


@app.get("/clips/{name}")
def get_clip(name: uuid.UUID) -> Response:
    file = clips() / f"{name.hex}.mkv"
    if not file.exists():
        raise HTTPException(404)
    return FileResponse(file, media_type="video/x-matroska")


@app.post("/stills")
def make_still(clip: UploadFile) -> Response:
    if (clip.size or 0) > config().limits.upload_bytes:
        raise HTTPException(413)
    try:
        return Response(pictures.png(pictures.still(clip.file)), media_type="image/png")
    except pictures.NotAClip as error:
        raise HTTPException(422, str(error)) from error
