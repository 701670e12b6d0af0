"""Posters, clips of them, stills of clips."""

import io
from typing import BinaryIO

import av
from PIL import Image, ImageDraw, ImageFont

from app.settings import config


class NotAClip(ValueError):
    pass


def poster(title: str) -> Image.Image:
    facts = config().poster
    picture = Image.new("RGB", (facts.width, facts.height), facts.ground)
    pen = ImageDraw.Draw(picture)
    font = ImageFont.load_default(size=facts.height // 8)
    middle = (facts.width / 2, facts.height / 2)
    pen.text(middle, title, fill=facts.ink, font=font, anchor="mm")
    return picture


def png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def clip(picture: Image.Image, out: BinaryIO) -> None:
    """Writes a Matroska file in which the picture slowly fades in."""
    facts = config().clip
    ground = Image.new("RGB", picture.size, config().poster.ground)
    count = max(2, round(facts.seconds * facts.rate))
    with av.open(out, "w", format="matroska") as container:
        stream = container.add_stream("mpeg4", rate=facts.rate)
        stream.width, stream.height = picture.size
        stream.pix_fmt = "yuv420p"
        for step in range(count):
            frame = av.VideoFrame.from_image(Image.blend(ground, picture, step / (count - 1)))
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def still(file: BinaryIO) -> Image.Image:
    """The last frame of a clip. Raises NotAClip."""
    last = None
    try:
        with av.open(file, "r") as container:
            for last in container.decode(video=0):
                pass
    except (av.FFmpegError, IndexError) as error:
        raise NotAClip(str(error)) from error
    if last is None:
        raise NotAClip("it has no frames")
    return last.to_image()
