"""A chart of some totals."""

from io import BytesIO

import matplotlib

matplotlib.use("agg")
from matplotlib import pyplot


def bars(totals: dict[str, int]) -> bytes:
    figure, axes = pyplot.subplots()
    axes.bar(list(totals), list(totals.values()))
    image = BytesIO()
    figure.savefig(image, format="png")
    pyplot.close(figure)
    return image.getvalue()
