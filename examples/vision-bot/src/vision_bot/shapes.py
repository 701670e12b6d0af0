"""Pictures to learn from and to test with."""

import random

from PIL import Image, ImageDraw

LABELS = ["circle", "cross", "square", "triangle"]


def draw(label: str, size: int = 64, seed: int = 0) -> Image.Image:
    """A white figure on black ground, a bit off the middle."""
    chance = random.Random(f"{label} {seed}")
    picture = Image.new("L", (size, size))
    radius = size * chance.uniform(0.26, 0.40)
    x, y = (size / 2 + size * chance.uniform(-0.06, 0.06) for _ in range(2))
    pen = ImageDraw.Draw(picture)
    box = (x - radius, y - radius, x + radius, y + radius)
    if label == "circle":
        pen.ellipse(box, fill=255)
    elif label == "square":
        pen.rectangle(box, fill=255)
    elif label == "triangle":
        pen.polygon([(x, y - radius), (x + radius, y + radius), (x - radius, y + radius)], fill=255)
    else:
        width = int(size * 0.14)
        pen.line([(box[0], y), (box[2], y)], fill=255, width=width)
        pen.line([(x, box[1]), (x, box[3])], fill=255, width=width)
    return picture
