"""Secrets are taken out of a text before it is stored, logged or shown (DESIGN §7).

Masked: passwords, one-time codes, PISTE secrets and tokens, payment card numbers (Luhn), IBANs (all but the country and the last
four signs). Kept: SIRET, SIREN, VAT, invoice and flux numbers, e-mail addresses.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from stdnum import iban, luhn

MASK = "••••"


class Secret(StrEnum):
    """Kinds of secrets; the value names the text of data/knowledge/textes.yml that tells the user."""

    PASSWORD = "mot_de_passe"  # noqa: S105 - the name of a kind, not a password
    CODE = "code"
    CARD = "carte"
    IBAN = "iban"


@dataclass(frozen=True)
class Masked:
    """The text without its secrets and the kinds that were found in it."""

    text: str
    found: frozenset[Secret]


def mask_secrets(text: str) -> Masked:
    """Replace each secret of `text` by a mask; what is not a secret stays exactly as it was."""
    found: set[Secret] = set()
    for kind, mask in (
        (Secret.IBAN, _mask_ibans),
        (Secret.CARD, _mask_cards),
        (Secret.PASSWORD, _mask_passwords),
        (Secret.CODE, _mask_codes),
    ):
        masked = mask(text)
        if masked != text:
            found.add(kind)
        text = masked
    return Masked(text=text, found=frozenset(found))


# --- IBAN -----------------------------------------------------------------------------------------------------------

_IBAN = re.compile(r"[A-Za-z]{2}[0-9]{2}(?:[\s.\-]{0,2}[A-Za-z0-9]){11,30}")
# A French IBAN with a slip in it is still bank details: the shape alone, in one piece or in groups of four.
_FRENCH_IBAN_SHAPE = re.compile(
    r"FR[0-9]{2}(?:[\s.\-]{0,2}[0-9]{4}){2}[\s.\-]{0,2}[0-9]{2}[A-Z0-9]{2}(?:[\s.\-]{0,2}[A-Z0-9]{4}){2}[\s.\-]{0,2}[A-Z0-9][0-9]{2}"
    r"(?![A-Z0-9])",
    re.IGNORECASE,
)


def _mask_ibans(text: str) -> str:
    parts: list[str] = []
    copied = position = 0
    while match := _IBAN.search(text, position):
        end = _iban_length(match.group())
        if end is None:
            # An IBAN may begin inside what only looked like one (« cadre CS01 FR76 … »).
            position = match.start() + 1
            continue
        compact = _compact(match.group()[:end])
        position = match.start() + end
        parts += [text[copied : match.start()], compact[:2], MASK, compact[-4:]]
        copied = position
    return "".join([*parts, text[copied:]])


def _iban_length(raw: str) -> int | None:
    # The pattern is greedy: words may follow the number. The longest valid beginning is the IBAN.
    for end in range(len(raw), 14, -1):
        if raw[end - 1].isalnum():
            compact = _compact(raw[:end])
            if _has_iban_keys(compact) and iban.is_valid(compact):
                return end
    shape = _FRENCH_IBAN_SHAPE.match(raw)
    return shape.end() if shape else None


def _has_iban_keys(compact: str) -> bool:
    """The check modulo 97 alone: cheap, so that a long text cannot hold the service up."""
    return int("".join(str(int(char, 36)) for char in compact[4:] + compact[:4])) % 97 == 1


def _compact(raw: str) -> str:
    return re.sub(r"[\s.\-]", "", raw).upper()


# --- cards ----------------------------------------------------------------------------------------------------------

_DIGITS = re.compile(r"[0-9](?:[\s.\-]{0,2}[0-9])*")
# Fourteen digits are a SIRET; the cards of today have other lengths, each with its first digits.
_CARD_STARTS = {
    13: re.compile(r"4"),
    15: re.compile(r"3[47]"),
    16: re.compile(r"4|5[1-5]|2[2-7]|6(?:011|5)"),
    19: re.compile(r"4|6(?:011|5)"),
}


def _mask_cards(text: str) -> str:
    return _DIGITS.sub(lambda match: _mask_cards_of_run(match.group()), text)


def _mask_cards_of_run(run: str) -> str:
    """A run of digits may hold more than one number: a card is a whole group, or groups as cards are written."""
    groups = [(found.start(), found.end()) for found in re.finditer(r"[0-9]+", run)]
    first = 0
    parts: list[str] = []
    copied = 0
    while first < len(groups):
        # No card has more groups than digits.
        window = range(first, min(first + max(_CARD_STARTS), len(groups)))
        last = next((last for last in window if _is_card(run, groups[first : last + 1])), None)
        if last is None:
            first += 1
            continue
        digits = re.sub(r"[^0-9]", "", run[groups[first][0] : groups[last][1]])
        parts += [run[copied : groups[first][0]], f"{MASK} {digits[-4:]}"]
        copied = groups[last][1]
        first = last + 1
    return "".join([*parts, run[copied:]])


def _is_card(run: str, groups: list[tuple[int, int]]) -> bool:
    sizes = [end - start for start, end in groups]
    if sum(sizes) not in _CARD_STARTS or not _is_card_layout(sizes):
        return False
    digits = "".join(run[start:end] for start, end in groups)
    return bool(_CARD_STARTS[len(digits)].match(digits)) and luhn.is_valid(digits)


def _is_card_layout(sizes: list[int]) -> bool:
    if len(sizes) == 1 or sizes == [4, 6, 5]:
        return True
    return sizes[0] in (1, 2, 4) and len(set(sizes[:-1])) == 1 and sizes[-1] <= sizes[0]


# --- passwords ------------------------------------------------------------------------------------------------------

_LABEL = (
    r"(?<![^\W_])(?:mots?[ _-]*(?:de|2)[ _-]*passes?|mdp|password|passwd|pwd|pass|client[ _-]?secret|secret(?:[ _-]client)?|"
    r"api[ _-]?key|cl[ée] (?:secr[èe]te|api|d['’]api)|(?:access|refresh)[ _-]?token|cpro[ _-]?account)(?![^\W_])[\"'»]?"
)
_QUALIFIERS = (
    r"(?:\s+(?:(?:de|du|pour|sur)\s+)?(?:(?:mon|ma|notre|le|la)\s+|l['’])?"
    r"(?:chorus(?:\s+pro)?|technique|piste|actuel|provisoire|temporaire|compte|connexion|portail|espace|api))*"
)
_SIGN = r"(?:[:=→]|\best\b(?!-)|\bc['’ ]?est\b|\bis\b)"
_VALUE = r"[\s«\"'’(\[{]*)(?P<value>\S{3,})"
# « mot de passe : X », « mdp=X », « mon mot de passe est X », « "client_secret": "X" »
_PASSWORD = re.compile(rf"(?P<label>{_LABEL}{_QUALIFIERS}\s*{_SIGN}(?:\s*{_SIGN})*{_VALUE}", re.IGNORECASE)
# « le mot de passe que j'utilise est X »: words stand between, so that X must look like a password.
_PASSWORD_FURTHER_ON = re.compile(rf"(?P<label>{_LABEL}(?P<between>[^\n:=,.;!?•]{{1,40}}?)\s*{_SIGN}{_VALUE}", re.IGNORECASE)
# « mon mot de passe X est refusé »
_PASSWORD_NEXT = re.compile(rf"(?P<label>{_LABEL}\s+{_VALUE}", re.IGNORECASE)
_BEARER = re.compile(r"(?P<label>\bbearer\s+)(?P<value>(?=[^\s]*[0-9])[\w.~+/=-]{8,})", re.IGNORECASE)
_CLOSING = "»\"'’),;.!?]}"
# Words that may follow « mot de passe est » without being one.
_NOT_A_PASSWORD = re.compile(
    r"oublié|oublie|perdu|bloqué|bloque|expiré|expire|refusé|refuse|incorrect|invalide|faux|faut|erroné|errone|obligatoire|périmé|perime|"
    r"trop|toujours|pas|plus|le|la|les|un|une|ça|ca|quoi|demandé|demande|rejeté|rejete|mauvais|bon|valable|changé|change|inconnu|en|à|a|"
    r"correct|compliqué|complique|impossible|celui|il|je|que|ne|non|bien|vide|temporaire|désactivé|desactive|valide|requis|nécessaire|"
    r"necessaire|quel|comment|combien|où|ou|dans|sur|par|pour|court|long|identique|différent|different|meme|même|code|"
    r"https?://.*|[a-zà-ÿ]+(?:é|és|ée|ées|ement|amment|emment|able|ible)",
    re.IGNORECASE,
)
_OTHER_NUMBER = re.compile(
    r"facture|siret|siren|num[ée]ro|commande|engagement|march[ée]|flux|structure|service|adresse", re.IGNORECASE
)
_ADDRESS = re.compile(r"https?://|[\w.+-]+@[\w-]+(?:\.[\w-]+)+$", re.IGNORECASE)


def _mask_passwords(text: str) -> str:
    text = _BEARER.sub(rf"\g<label>{MASK}", text)
    text = _PASSWORD.sub(_replacing(lambda value, match: not _is_word_about_passwords(value)), text)
    text = _PASSWORD_FURTHER_ON.sub(
        _replacing(lambda value, match: not _OTHER_NUMBER.search(match.group("between")) and _looks_like_a_password(value)), text
    )
    return _PASSWORD_NEXT.sub(_replacing(lambda value, match: _is_surely_a_password(value)), text)


def _replacing(is_secret: Callable[[str, re.Match[str]], bool]) -> Callable[[re.Match[str]], str]:
    """Replaces the value of a match, without the quotes and full stops behind it, when it is a secret."""

    def replace(match: re.Match[str]) -> str:
        value = match.group("value").rstrip(_CLOSING)
        if len(value) < 3 or value == MASK or not is_secret(value, match):
            return match.group()
        return match.group("label") + MASK + match.group("value")[len(value) :]

    return replace


def _is_word_about_passwords(value: str) -> bool:
    first = re.split(r"[,;]", value)[0]
    return bool(_NOT_A_PASSWORD.fullmatch(first)) and (first == value or not _looks_like_a_password(value))


def _looks_like_a_password(value: str) -> bool:
    """Letters with digits, or with signs that no word holds."""
    if _ADDRESS.match(value) or not re.search(r"[^\W\d_]", value):
        return False
    return bool(re.search(r"\d|[@#$%&*!?+=_]", value))


def _is_surely_a_password(value: str) -> bool:
    """Nothing announces it: only letters with digits will do."""
    return len(value) >= 6 and bool(re.search(r"\d", value)) and value.lower() != "base64" and _looks_like_a_password(value)


# --- codes ----------------------------------------------------------------------------------------------------------

_CODE_VALUE = r"\b(?:\d{3}[ \u00a0\u202f-]?\d{3}|\d{4}|\d{8})\b"
_CODE = re.compile(
    r"(?P<label>\b(?:codes?|otp|2fa|double authentification|authentification)\b(?:\s+(?:à|a|de)\s+\d\s+chiffres)?[^\d\n•]{0,40}?)"
    rf"(?P<values>{_CODE_VALUE}(?:\s*(?:,|;|/|et|ou|puis)?\s*{_CODE_VALUE})*)",
    re.IGNORECASE,
)
# Numbers after « code » that are a code postal, a code service, a year, an invoice… far more often than a one-time code.
_NOT_A_CODE = re.compile(
    r"postal|service|ape\b|naf\b|insee|erreur|commune|tva|edi\b|statut|engagement|facture|siret|siren|march[ée]|flux|"
    r"num[ée]ro de|commande|g[ée]n[ée]ral|article|\bart\b|iso\b|pays",
    re.IGNORECASE,
)
_YEAR = re.compile(r"20[0-4]\d")


def _mask_codes(text: str) -> str:
    def replace(match: re.Match[str]) -> str:
        if _NOT_A_CODE.search(match.group("label")) or _YEAR.fullmatch(match.group("values")):
            return match.group()
        return match.group("label") + re.sub(_CODE_VALUE, MASK, match.group("values"))

    return _CODE.sub(replace, text)
