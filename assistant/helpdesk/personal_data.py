"""Personal data are taken out of what leaves the desk as training data: secrets first, then who and which company. Pure rules.

Names are found by the title before them (« Mme Durand ») or by the words that introduce oneself: a bare name in the middle of a
sentence is not seen. People read what is exported before they use it.
"""

import re

from assistant.masking import mask_secrets

_EMAIL = re.compile(r"[^\s<>(),;:\"«»]+@[^\s<>(),;:\"«»]+\.[^\s<>(),;:\"«».]+")
_PHONE = re.compile(r"(?<![\w.])(?:(?:\+|00)33[\s.\-]?(?:\(0\))?|0)[1-9](?:[\s.\-]?\d{2}){4}(?!\d)")
# SIRET, SIREN, VAT, and long references (flux, engagement): nine digits and more in one piece or in groups of three and five.
_COMPANY = re.compile(r"(?<![\w.])(?:FR[\s]?\d{2}[\s]?)?\d{3}[\s.]?\d{3}[\s.]?\d{3}(?:[\s.]?\d{5})?(?!\d)", re.IGNORECASE)
# Six digits and more among other signs; codes of formats (« FSO1113A »), dates and pairs of years name nobody.
_LONG_NUMBER = re.compile(
    r"(?<![\w./\-])(?!FSO\d{4}[A-Z](?!\w)|\d{1,2}[/\-]\d{1,2}[/\-]\d{2,4}(?!\w)|\d{4}-\d{2}-\d{2}(?!\w)|20\d\d[/\-]20\d\d(?!\w))"
    r"(?=(?:[A-Z_\-/]*\d){6})[A-Z0-9][A-Z0-9_\-/]{5,}(?!\w)",
    re.IGNORECASE,
)
_INVOICE = re.compile(
    r"(?P<label>\b(?:factures?|fact|avoirs?|engagements?|EJ|bons? de commande|commandes?|tickets?|march[ée]s?)\s*"
    r"(?:n°|nº|num[ée]ro|:|#)\s*:?\s*)(?P<value>[A-Z0-9][\w\-/.]*\d[\w\-/]*)",
    re.IGNORECASE,
)
_CAPITALIZED = r"[A-ZÀ-Þ][\w'’\-]+"
_PARTICLES = r"(?:(?:de|du|des|le|la)\s+|d['’]|l['’])*"
_TITLE = re.compile(
    rf"(?P<label>\b(?:M\.|Mr\.?|MM\.|Mme|Mmes|Mlle|Madame|Monsieur|Ma[iî]tre|Dr\.?|Docteur)\s+)"
    rf"(?P<value>{_PARTICLES}{_CAPITALIZED}(?:\s+{_PARTICLES}{_CAPITALIZED}){{0,2}})"
)
_MYSELF = re.compile(
    rf"(?P<label>\b(?:[Jj]e m['’]appelle|[Mm]on nom est|[Mm]oi c['’]est)\s+)(?P<value>{_CAPITALIZED}(?:\s+{_CAPITALIZED})?)"
)

EMAIL, PHONE, COMPANY, NUMBER, NAME = (
    "(adresse masquée)",
    "(téléphone masqué)",
    "(numéro d'entreprise masqué)",
    "(numéro masqué)",
    "(nom masqué)",
)


def mask_personal(text: str) -> str:
    """The text without secrets, addresses, telephone numbers, numbers of companies, invoices and files, and announced names."""
    text = mask_secrets(text).text
    text = _EMAIL.sub(EMAIL, text)
    text = _PHONE.sub(PHONE, text)
    text = _COMPANY.sub(COMPANY, text)
    text = _INVOICE.sub(rf"\g<label>{NUMBER}", text)
    text = _LONG_NUMBER.sub(NUMBER, text)
    text = _TITLE.sub(rf"\g<label>{NAME}", text)
    return _MYSELF.sub(rf"\g<label>{NAME}", text)
