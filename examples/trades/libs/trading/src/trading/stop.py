import signal


class Stop:
    """Says whether the program was asked to end. Process 1 of a container ignores SIGTERM without a handler."""

    def __init__(self) -> None:
        self.asked = False
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._ask)

    def _ask(self, *_: object) -> None:
        self.asked = True
