"""The access code that a chat with real look-ups stands behind: one secret for the operator's people, kept as an Argon2id hash.

Make one: `python -m assistant.access_code` prints the code (to hand out) and its hash (for CHORISTE_ACCESS_CODE_HASH).
"""

import asyncio
import base64
import hashlib
import hmac
import time
from dataclasses import dataclass

import typer
from pwdlib.hashers.argon2 import Argon2Hasher

from assistant.helpdesk import passwords

MIN_LENGTH = 12
_PREFIX = "v1"


def is_access_hash(text: str) -> bool:
    """True for what this module's command prints."""
    return text.startswith("$argon2id$") and Argon2Hasher.identify(text)


async def is_right(code: str, hashed: str) -> bool:
    """Whether it is the code; a tenth of a second of CPU in a thread, on purpose."""
    right, _ = await passwords.verify(code.strip(), hashed)
    return right


@dataclass(frozen=True)
class AccessTokens:
    """Tokens for those who gave the code. Nothing is stored: a new code (another hash) ends all of them."""

    hashed_code: str
    hours: int

    def new(self, moment: float | None = None) -> str:
        """« v1.<end>.<signature> »."""
        end = int((time.time() if moment is None else moment) + self.hours * 3600)
        return f"{_PREFIX}.{end}.{self._signature(str(end))}"

    def is_good(self, token: str, moment: float | None = None) -> bool:
        """True for a token of this code that has not ended."""
        prefix, _, rest = token.partition(".")
        end, _, signature = rest.partition(".")
        if prefix != _PREFIX or not (end.isascii() and end.isdigit()) or len(end) > 12:
            return False
        if not hmac.compare_digest(signature.encode(), self._signature(end).encode()):
            return False
        return (time.time() if moment is None else moment) < int(end)

    def _signature(self, end: str) -> str:
        digest = hmac.new(f"choriste-acces:{self.hashed_code}".encode(), end.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def main(code: str = typer.Option("", help="Un code à vous ; sans lui, un code est tiré au hasard.")) -> None:
    """Print a code and its hash."""
    chosen = code.strip() or passwords.new_one_time_password()
    if len(chosen) < MIN_LENGTH:
        typer.echo(f"Le code a {MIN_LENGTH} caractères au moins.", err=True)
        raise typer.Exit(1)
    typer.echo(f"Code à remettre à vos agents : {chosen}")
    # Simple quotes: the shell and .env would take the « $ » for variables.
    typer.echo(f"CHORISTE_ACCESS_CODE_HASH='{asyncio.run(passwords.hash_password(chosen))}'")


if __name__ == "__main__":
    typer.run(main)
