"""Passwords of the help-desk: what is accepted (length and novelty, as ANSSI and NIST 800-63B advise), and Argon2id."""

import asyncio
import re
import secrets
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

from assistant.text import fold

MIN_LENGTH = 12
# Longer ones only cost time: Argon2 reads them whole.
MAX_LENGTH = 200

_COMMON = Path(__file__).parent / "mots_de_passe_courants.txt"
# RFC 9106's second recommended choice (64 MiB, 3 passes): about 0.1 s on one core.
_hasher = PasswordHash((Argon2Hasher(time_cost=3, memory_cost=64 * 1024, parallelism=4),))
# Without letters and digits that look alike: the one-time password is copied by hand.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


class WeakPassword(ValueError):
    """The password is refused; the message is a French sentence for its owner."""


def check(password: str, *, identifiant: str, nom: str = "") -> None:
    """Raises WeakPassword: too short or long, the identifier or name itself, a common one, or one sign repeated."""
    if len(password) < MIN_LENGTH:
        raise WeakPassword(f"Le mot de passe a {MIN_LENGTH} caractères au moins. Une phrase de quatre mots convient bien.")
    if len(password) > MAX_LENGTH:
        raise WeakPassword(f"Le mot de passe a {MAX_LENGTH} caractères au plus.")
    bare = _bare(password)
    if len(set(bare)) < 5:
        raise WeakPassword("Ce mot de passe répète toujours les mêmes caractères. Choisissez-en un plus varié.")
    own = {_bare(part) for part in (identifiant, identifiant.partition("@")[0], nom, *re.split(r"[@.\s\-_]+", identifiant))}
    if _is_mostly(bare, (part for part in own if len(part) >= 4)):
        raise WeakPassword("Ce mot de passe reprend votre identifiant ou votre nom. Choisissez-en un autre.")
    if _is_mostly(bare, _common()):
        raise WeakPassword("Ce mot de passe est trop courant : il serait essayé parmi les premiers. Choisissez-en un autre.")


async def hash_password(password: str) -> str:
    """Argon2id, in a thread: it takes a tenth of a second of CPU on purpose."""
    return await asyncio.to_thread(_hasher.hash, password)


async def verify(password: str, hashed: str | None) -> tuple[bool, str | None]:
    """Whether it is the password, and a new hash when its parameters have changed since.

    Without a hash (unknown account, account without password) the same work is done in vain, so that time tells nothing.
    """
    return await asyncio.to_thread(_verify, password[: MAX_LENGTH + 1], hashed)


def new_one_time_password() -> str:
    """Twenty signs in groups of five (about 99 bits), to be changed at first log-in."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(4))


def _verify(password: str, hashed: str | None) -> tuple[bool, str | None]:
    try:
        right, renewed = _hasher.verify_and_update(password, hashed or _nobodys())
    except UnknownHashError:
        return False, None
    return (right, renewed) if hashed else (False, None)


@cache
def _nobodys() -> str:
    return _hasher.hash(secrets.token_urlsafe(32))


@cache
def _common() -> frozenset[str]:
    lines = _COMMON.read_text(encoding="utf-8").splitlines()
    return frozenset(_bare(line) for line in lines if line and not line.startswith("#"))


def _bare(text: str) -> str:
    """Only letters and digits, folded, usual disguises undone: « M0t de P@sse » is « motdepasse »."""
    disguises = str.maketrans({"@": "a", "0": "o", "1": "i", "3": "e", "$": "s", "5": "s", "!": "i"})
    return re.sub(r"[^a-z0-9]", "", fold(text).translate(disguises))


def _is_mostly(bare: str, known: Iterable[str]) -> bool:
    """True when little is left once the known words are taken out, however often they stand there."""
    rest = bare
    for word in sorted(known, key=len, reverse=True):
        rest = rest.replace(word, "")
    return rest != bare and len(rest) < 6
