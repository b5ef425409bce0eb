"""What the scripts say, and how they give up: plain French sentences, no stack trace."""

import sys
from typing import NoReturn


def say(text: str) -> None:
    """One line, at once."""
    print(f"choriste : {text}", flush=True)


def give_up(text: str, code: int = 1) -> NoReturn:
    """Say why, and stop."""
    print(f"choriste : {text}", file=sys.stderr, flush=True)
    raise SystemExit(code)
