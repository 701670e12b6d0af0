"""Makes the model: `uv run --group model scripts/make_model.py`. The same figures go in each time."""

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from vision_bot.classify import SIDE, pixels
from vision_bot.shapes import LABELS, draw

EXAMPLES = 200
HIDDEN = 12
HERE = Path(__file__).parent.parent / "src/vision_bot/model"


def examples() -> tuple[np.ndarray, np.ndarray]:
    drawn = [(pixels(draw(label, seed=seed))[0], index) for index, label in enumerate(LABELS) for seed in range(EXAMPLES)]
    return np.stack([values for values, _ in drawn]), np.eye(len(LABELS))[[index for _, index in drawn]]


def learn(x: np.ndarray, y: np.ndarray) -> list[np.ndarray]:
    """Weights of two layers, by plain gradient descent."""
    chance = np.random.default_rng(1)
    w1, b1 = chance.normal(0, 0.1, (x.shape[1], HIDDEN)), np.zeros(HIDDEN)
    w2, b2 = chance.normal(0, 0.1, (HIDDEN, y.shape[1])), np.zeros(y.shape[1])
    for _ in range(3000):
        hidden = np.maximum(x @ w1 + b1, 0)
        scores = np.exp(hidden @ w2 + b2)
        wrong = (scores / scores.sum(axis=1, keepdims=True) - y) / len(x)
        back = (wrong @ w2.T) * (hidden > 0)
        for weights, slope in ((w2, hidden.T @ wrong), (b2, wrong.sum(0)), (w1, x.T @ back), (b1, back.sum(0))):
            weights -= 0.5 * slope
    return [weights.astype(np.float32) for weights in (w1, b1, w2, b2)]


def model(weights: list[np.ndarray]) -> onnx.ModelProto:
    nodes = [
        helper.make_node("Gemm", ["pixels", "w1", "b1"], ["sum1"]),
        helper.make_node("Relu", ["sum1"], ["hidden"]),
        helper.make_node("Gemm", ["hidden", "w2", "b2"], ["scores"]),
        helper.make_node("Softmax", ["scores"], ["likely"], axis=1),
    ]
    inputs = [helper.make_tensor_value_info("pixels", TensorProto.FLOAT, [None, SIDE * SIDE])]
    outputs = [helper.make_tensor_value_info("likely", TensorProto.FLOAT, [None, len(LABELS)])]
    named = [numpy_helper.from_array(values, name) for values, name in zip(weights, ["w1", "b1", "w2", "b2"], strict=True)]
    graph = helper.make_graph(nodes, "shapes", inputs, outputs, named)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(made)
    return made


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    HERE.joinpath("shapes.onnx").write_bytes(model(learn(*examples())).SerializeToString())
    HERE.joinpath("labels.json").write_text(json.dumps(LABELS) + "\n", "utf8")
