"""A small model, trained when the service starts."""

import numpy as np
from sklearn.linear_model import LogisticRegression


def train(rows: int = 1000) -> LogisticRegression:
    random = np.random.default_rng(0)
    points = random.normal(size=(rows, 2))
    return LogisticRegression().fit(points, points.sum(axis=1) > 0)
