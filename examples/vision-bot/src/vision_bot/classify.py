"""Says what a picture shows, by a small ONNX model that is a data file of this package."""

import json
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image, ImageOps

MODEL = resources.files("vision_bot") / "model"
SIDE = 16
"""Pixels that the model sees, each way."""


@dataclass(frozen=True)
class Finding:
    label: str
    confidence: float


def pixels(picture: Image.Image) -> np.ndarray:
    """(1, SIDE²) brightness from 0 to 1; a dark figure on light ground becomes bright on dark."""
    grey = ImageOps.fit(ImageOps.exif_transpose(picture).convert("L"), (SIDE, SIDE), Image.Resampling.BOX)
    values = np.asarray(grey, dtype=np.float32) / 255
    values = values if values[0, 0] < 0.5 else 1 - values
    return values.reshape(1, -1)


class Classifier:
    def __init__(self) -> None:
        onnxruntime.disable_telemetry_events()
        # One thread: a container rarely has all processors of its machine, and the model is small.
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        providers = ["CPUExecutionProvider"]
        self._session = onnxruntime.InferenceSession(MODEL.joinpath("shapes.onnx").read_bytes(), options, providers)
        self._labels: list[str] = json.loads(MODEL.joinpath("labels.json").read_text("utf8"))

    def classify(self, picture: Image.Image) -> Finding:
        (likely,) = self._session.run(None, {"pixels": pixels(picture)})
        best = int(np.argmax(likely[0]))
        return Finding(self._labels[best], round(float(likely[0, best]), 3))

    def classify_file(self, file: Path) -> Finding:
        with Image.open(file) as picture:
            return self.classify(picture)
