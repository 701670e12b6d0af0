import json

from vision_bot.classify import Classifier
from vision_bot.main import answer
from vision_bot.shapes import draw


def test_an_answer_lies_in_the_outbox(tmp_path):
    draw("triangle", seed=5).save(tmp_path / "a.png")
    answer(Classifier(), tmp_path / "a.png", tmp_path)
    assert json.loads((tmp_path / "a.png.json").read_text("utf8"))["label"] == "triangle"


def test_what_is_no_picture_is_passed_over(tmp_path):
    (tmp_path / "a.png").write_text("no picture")
    answer(Classifier(), tmp_path / "a.png", tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["a.png"]
