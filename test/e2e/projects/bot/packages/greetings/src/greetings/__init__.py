from importlib.resources import files


def greet(name: str) -> str:
    """A greeting from the packaged text."""
    return files(__name__).joinpath("greeting.txt").read_text(encoding="utf-8").strip().format(name=name)
