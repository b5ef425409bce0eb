"""SIRET as people type it. Keys by Luhn; La Poste's establishments add up to a multiple of five instead (INSEE)."""

import re

from stdnum import luhn

LA_POSTE_SIREN = "356000000"


def normalize_siret(value: str) -> str:
    """Fourteen digits without spaces. Raises ValueError telling in French what is wrong and what to do."""
    digits = re.sub(r"[\s.\-\u00a0\u202f]", "", value)
    if not digits.isascii() or not digits.isdigit():
        raise ValueError("Un SIRET ne contient que des chiffres. Vous le trouvez sur votre avis de situation INSEE.")
    if len(digits) == 9:
        raise ValueError("Ces 9 chiffres sont un SIREN. Il faut le SIRET, 14 chiffres, de l'établissement concerné.")
    if len(digits) != 14:
        raise ValueError(f"Un SIRET a 14 chiffres ; vous en avez saisi {len(digits)}.")
    if not is_valid_siret(digits):
        raise ValueError("Ce SIRET n'est pas valable : sa clé de contrôle est fausse. Vérifiez chaque chiffre.")
    return digits


def is_valid_siret(digits: str) -> bool:
    """Check the keys of fourteen digits."""
    if set(digits) == {"0"}:
        # Zeros pass Luhn, and are what people type to get past a field.
        return False
    if digits.startswith(LA_POSTE_SIREN):
        return bool(luhn.is_valid(digits)) or sum(map(int, digits)) % 5 == 0
    return bool(luhn.is_valid(digits) and luhn.is_valid(digits[:9]))


def format_siret(digits: str) -> str:
    """« 732 829 320 00074 », as the INSEE writes it."""
    return f"{digits[:3]} {digits[3:6]} {digits[6:9]} {digits[9:]}"
