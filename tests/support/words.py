"""Words for tests that share a database."""

import uuid

_LETTERS = str.maketrans("0123456789", "ghijklmnop")


def new_word() -> str:
    """Letters that no other test has written: digits would be taken for a number."""
    return uuid.uuid4().hex[:12].translate(_LETTERS)
