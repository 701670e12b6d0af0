import argparse

import numpy as np

from forecast.models import Linear


def main() -> None:
    parser = argparse.ArgumentParser(prog="forecast", description="Fit a line through numbers.")
    parser.add_argument("numbers", nargs="*", type=float, default=[1.0, 2.0, 3.0])
    numbers = np.array(parser.parse_args().numbers)
    print(Linear().fit(np.arange(len(numbers)), numbers))
