"""Secrets are taken out of a text before it is stored, logged or shown (DESIGN §7).

Masked: passwords, one-time codes, PISTE secrets, payment cards (Luhn), IBANs (all but the country and the last four signs).
Kept: SIRET, SIREN, invoice and flux numbers, e-mail addresses.
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


_IBAN = re.compile(r"\b[A-Za-z]{2}\d{2}(?:[ .\-]?[A-Za-z0-9]){11,30}")
_CARD = re.compile(r"(?<![\d])\d(?:[ .\-]?\d){12,18}(?![\d])")
# « mot de passe : X », « mdp=X », « mon mot de passe est X », « client secret X »
_PASSWORD = re.compile(
    r"(?P<label>\b(?:mots? de passe|mdp|password|passwd|pwd|pass|client[ _-]?secret|"
    r"secret(?: client)?|api[ _-]?key|clé secrète)\b"
    r"(?:\s+(?:chorus(?: pro)?|technique|piste|actuel|provisoire|du compte|de connexion))*"
    r"\s*(?:[:=]|\best\b|\bc'est\b|\bc’est\b|\bis\b)\s*[:«\"']?\s*)(?P<value>[^\s»\"',;]{3,})",
    re.IGNORECASE,
)
_CODE = re.compile(
    r"(?P<label>\b(?:code|otp|2fa|double authentification|authentification)\b[^\d\n]{0,40}?)"
    r"(?P<value>\b\d{3}[ ]?\d{3}\b|\b\d{4}\b|\b\d{8}\b)",
    re.IGNORECASE,
)
# Words that may follow « mot de passe est » without being one.
_NOT_A_PASSWORD = re.compile(
    r"^(?:oublié|oublie|perdu|bloqué|bloque|expiré|expire|refusé|refuse|incorrect|invalide|faux|faut|erroné|errone|obligatoire|périmé|perime"
    r"|trop|toujours|pas|plus|le|la|un|une|ça|ca|quoi|demandé|demande|rejeté|rejete|mauvais|bon|valable|changé|change|inconnu|en|à|a|"
    r"correct|compliqué|complique|impossible|celui|il|je|que|ne|non|bien|vide|temporaire|désactivé|desactive|valide|requis|nécessaire|"
    r"necessaire|quel|comment|combien|où|ou|dans|sur|par|pour|court|long|identique|différent|different|le même|meme)[.!?]*$",
    re.IGNORECASE,
)
# A four or eight digit number after « code » is a code postal, a code service or a year far more often than a one-time code.
_NOT_A_CODE = re.compile(r"postal|service|ape|naf|insee|erreur|commune|tva|edi|statut|engagement|20[0-4]\d", re.IGNORECASE)
_CARD_PREFIX = re.compile(r"^(?:4|5[1-5]|2[2-7]|3[47]|6(?:011|5))")


def mask_secrets(text: str) -> Masked:
    """Replace each secret of `text` by a mask; what is not a secret stays exactly as it was."""
    found: set[Secret] = set()

    def noting(kind: Secret, replace: Callable[[re.Match[str]], str | None]) -> Callable[[re.Match[str]], str]:
        def substitute(match: re.Match[str]) -> str:
            masked = replace(match)
            if masked is None:
                return match.group()
            found.add(kind)
            return masked

        return substitute

    text = _IBAN.sub(noting(Secret.IBAN, _mask_iban), text)
    text = _CARD.sub(noting(Secret.CARD, _mask_card), text)
    text = _PASSWORD.sub(noting(Secret.PASSWORD, _mask_password), text)
    text = _CODE.sub(noting(Secret.CODE, _mask_code), text)
    return Masked(text=text, found=frozenset(found))


def _mask_iban(match: re.Match[str]) -> str | None:
    raw = match.group()
    # Greedy pattern: words may follow the number. The longest valid beginning is the IBAN.
    for end in range(len(raw), 14, -1):
        compact = re.sub(r"[ .\-]", "", raw[:end]).upper()
        if raw[end - 1].isalnum() and iban.is_valid(compact):
            return f"{compact[:2]}{MASK}{compact[-4:]}{raw[end:]}"
    # A French IBAN with a slip in it is still bank details.
    compact = re.sub(r"[ .\-]", "", raw).upper()
    if compact.startswith("FR") and len(compact) >= 27 and sum(char.isdigit() for char in compact[:27]) >= 20:
        return f"FR{MASK}{compact[23:27]}{compact[27:]}"
    return None


def _mask_card(match: re.Match[str]) -> str | None:
    digits = re.sub(r"\D", "", match.group())
    # Fourteen digits are a SIRET; cards of today have 13, 15, 16 or 19 and known first digits.
    if len(digits) == 14 or not _CARD_PREFIX.match(digits) or not luhn.is_valid(digits):
        return None
    return f"{MASK} {digits[-4:]}"


def _mask_password(match: re.Match[str]) -> str | None:
    if MASK in match.group("value") or _NOT_A_PASSWORD.match(match.group("value")):
        return None
    return match.group("label") + MASK


def _mask_code(match: re.Match[str]) -> str | None:
    if _NOT_A_CODE.search(match.group()):
        return None
    return match.group("label") + MASK
