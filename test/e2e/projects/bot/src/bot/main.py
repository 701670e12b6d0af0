import argparse
import os

from greetings import greet


def main() -> None:
    parser = argparse.ArgumentParser(prog="bot", description="Answer in chat rooms.")
    parser.add_argument("--token", default=os.environ.get("BOT_TOKEN"), help="of the chat service")
    parser.parse_args()
    print(greet("room"))
