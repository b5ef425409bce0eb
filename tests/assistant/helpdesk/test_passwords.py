"""Which passwords are taken, and how they are kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from assistant.helpdesk import passwords
from assistant.helpdesk.passwords import WeakPassword


def _check(password: str) -> None:
    passwords.check(password, identifiant="camille.durand@exemple.fr", nom="Camille Durand")


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("courte", "12 caractères au moins"),
        ("x" * 201, "200 caractères au plus"),
        ("aaaaaaaaaaaaaaa", "répète toujours les mêmes"),
        ("abababababababab", "répète toujours les mêmes"),
        ("camille.durand@exemple.fr", "votre identifiant ou votre nom"),
        ("Camille Durand!", "votre identifiant ou votre nom"),
        ("durand-durand-1", "votre identifiant ou votre nom"),
        ("M0t-de-P@sse-24", "trop courant"),
        ("azerty123456!!", "trop courant"),
        ("ChorusPro2026!", "trop courant"),
        ("administrateur1", "trop courant"),
    ],
)
def test_a_password_that_would_be_tried_first_is_refused_with_the_reason(password: str, reason: str) -> None:
    with pytest.raises(WeakPassword, match=reason):
        _check(password)


@pytest.mark.parametrize(
    "password", ["quatre mots sans rapport", "9kQ#vT2m!xLp", "un été à la montagne, sans neige", "correct cheval pile agrafe"]
)
def test_long_and_varied_ones_are_taken_whatever_signs_they_hold(password: str) -> None:
    _check(password)


@given(st.text(max_size=250))
def test_any_text_is_either_taken_or_refused_with_a_sentence(password: str) -> None:
    reason = ""
    try:
        _check(password)
    except WeakPassword as error:
        reason = str(error)
    assert reason.endswith(".") if reason else 12 <= len(password) <= 200


def test_a_one_time_password_is_accepted_by_the_rules_and_never_the_same() -> None:
    made = {passwords.new_one_time_password() for _ in range(50)}
    assert len(made) == 50
    for password in made:
        _check(password)


async def test_only_the_password_itself_opens_and_the_hash_is_argon2id() -> None:
    hashed = await passwords.hash_password("quatre mots sans rapport")
    assert hashed.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert await passwords.verify("quatre mots sans rapport", hashed) == (True, None)
    assert await passwords.verify("Quatre mots sans rapport", hashed) == (False, None)


async def test_a_hash_of_weaker_parameters_opens_and_is_renewed() -> None:
    weaker = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=1024, parallelism=1),)).hash("quatre mots sans rapport")
    right, renewed = await passwords.verify("quatre mots sans rapport", weaker)
    assert right
    assert renewed is not None
    assert renewed.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert await passwords.verify("quatre mots sans rapport", renewed) == (True, None)
    assert await passwords.verify("autre chose vraiment", weaker) == (False, None)


@pytest.mark.parametrize("hashed", [None, "", "pas un hachage"])
async def test_nothing_opens_an_account_without_a_readable_hash(hashed: str | None) -> None:
    assert await passwords.verify("quatre mots sans rapport", hashed) == (False, None)
