"""Short references that tie what a person reads to what the log holds."""

import secrets

# Without letters and digits that look alike when read aloud.
_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


def new_reference() -> str:
    """Eight signs such as « 7F3K-9QTM »."""
    signs = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    return f"{signs[:4]}-{signs[4:]}"
