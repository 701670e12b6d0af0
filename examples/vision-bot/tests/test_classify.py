import pytest
from PIL import Image, ImageOps

from vision_bot.classify import Classifier
from vision_bot.shapes import LABELS, draw


@pytest.fixture(scope="module")
def classifier():
    return Classifier()


@pytest.mark.parametrize("label", LABELS)
def test_figures_that_it_has_not_seen_are_known(classifier, label):
    found = [classifier.classify(draw(label, size=96, seed=seed)).label for seed in range(1000, 1020)]
    assert found.count(label) >= 19


def test_dark_on_light_is_the_same_figure(classifier):
    picture = ImageOps.invert(draw("square", seed=7)).convert("RGB")
    assert classifier.classify(picture).label == "square"


def test_a_file_of_another_size_and_kind_is_read(classifier, tmp_path):
    file = tmp_path / "circle.gif"
    draw("circle", size=200, seed=3).resize((240, 200), Image.Resampling.NEAREST).save(file)
    finding = classifier.classify_file(file)
    assert (finding.label, finding.confidence > 0.5) == ("circle", True)
