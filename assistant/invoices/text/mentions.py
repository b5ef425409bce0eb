"""Legal mentions of a plain PDF. What is not read is « à vérifier » or advice, never more: the reading can fail."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from stdnum import iban as iban_number

from assistant.invoices.reporting import Phrases
from assistant.invoices.schemas import FoundField, Observation, Place
from assistant.invoices.text.account import FRENCH_IBAN
from assistant.invoices.text.layout import Sheet, flat, sheets
from assistant.invoices.text.parties import WrongSiret, wrong_sirets
from assistant.invoices.text.read_pdf import Pages

# Up to this total the VAT number may be left out (CGI, annexe II, art. 242 nonies A).
SMALL_INVOICE = Decimal(150)

_NO_VAT = re.compile(r"tva non applicable|293\s?b\b|franchise (?:en base )?(?:de|de la) (?:tva|taxe)")
_REVERSE = re.compile(r"auto-?liquidation")
_EXEMPT = re.compile(r"exonere|exoneration|\b26[12]\b|hors champ|non soumis|non assujetti")
# Named in the phrases (« element_… »).
_LINE_WORDS = {
    "designation": re.compile(
        r"designation|description|libelle|prestation|article|\bobjet\b|nature des|intitule|travaux|produit"
    ),
    "quantite": re.compile(r"quantite|\bqte|\bqt\b|nombre|\bforfait\b|\bheures?\b|\bjours?\b|unites?\b"),
    "prix_unitaire": re.compile(r"unitaire|\bp\.? ?u\b|tarif|\bforfait\b|prix"),
}
# « Net à payer » stands on every invoice and says neither how nor when.
_WAY_TO_PAY = re.compile(
    r"virement|iban|reglement|paiement|payable|cheque|prelevement|mandat administratif|echeance"
    r"|a payer (?:par|sous|avant|le|des)\b"
)
# « Service exécutant » names an office, not what was done.
_DONE_ON = re.compile(
    r"livraison|livree?s? le|execut(?!ant)|prestation (?:du|de|effectuee|realisee)|periode|realise"
    r"|intervention|mois de|date de (?:fin|debut)"
)
_PENALTY = re.compile(r"penalite|interets? (?:de retard|moratoires?)|taux d'interet")
# The amount alone proves nothing: « 812,40 € » ends the same way.
_INDEMNITY = re.compile(
    r"indemnite forfaitaire|\b40(?:,00)? ?(?:€|eur)[^.]{0,60}recouvrement|recouvrement[^.]{0,60}\b40(?:,00)? ?(?:€|eur)"
)
# A postal code and its town on one line, not a number of something (« BL n° 55012 du 28/10 »).
_ADDRESS = re.compile(r"(?<![\d/-])(?<![\d.°] )(?:\d{5}|\d{2} \d{3}) +(?!(?:du|de|le|au|et)\b)[a-z]{2}")

OF_ANY_PAGE = ("ID-SIRET-FAUX", "BNQ-IBAN-FAUX", "MEN-FRANCHISE-TVA", "MEN-AUTOLIQUIDATION-TVA")
OF_ALL_PAGES = (
    *("MEN-NUMERO", "MEN-DATE", "MEN-SIRET-UN-SEUL", "MEN-SIRET-FOURNISSEUR", "MEN-SIRET-DESTINATAIRE", "MEN-ADRESSE"),
    *("MEN-COMMANDE", "MEN-CODE-SERVICE", "MEN-TVA-INTRA", "MEN-TOTAUX", "MEN-TOTAL-HT", "MEN-EXONERATION", "MEN-TAUX"),
    *("MEN-REGLEMENT", "MEN-PENALITES", "MEN-INDEMNITE", "MEN-LIGNES", "MEN-DATE-EXECUTION"),
)


@dataclass(frozen=True)
class _Text:
    """`values` by field name (of several, the last); `sirets` counts the different ones."""

    text: str
    values: dict[str, str]
    sirets: int

    def says(self, shape: re.Pattern[str]) -> bool:
        return shape.search(self.text) is not None

    def has(self, *names: str) -> bool:
        return any(name in self.values for name in names)


def check_mentions(
    pages: Pages, fields: Sequence[FoundField], phrases: Phrases
) -> tuple[list[Observation], list[str], list[str]]:
    """What was not found or contradicts itself; the ids of the controls that ran; sentences on what could not be read.

    `fields` are those proposed from these pages. Nothing is said of an unread text.
    """
    unread = [*pages.unread, phrases["non_lu_noms"]]
    if not pages.has_text:
        return [], [], unread
    read = sheets(pages)
    text = _Text(
        text="\n".join(flat(re.sub(r" {2,}", "  ", line.strip())) for page in pages.pages for line in page.lines),
        values={item.name: item.value for item in fields},
        sirets=len({item.value for item in fields if item.name.startswith("siret")}),
    )
    wrong = wrong_sirets(read, text.values)
    found, ran = [*_wrong_keys(read, wrong, phrases), *_contradictions(text)], [*OF_ANY_PAGE]
    # A page that was not read may hold what is missing on the others.
    if not pages.unread:
        found += [*_identity(text, wrong), *_vat(text), *_payment(text), *_content(text, phrases)]
        ran += OF_ALL_PAGES
    return found, ran, unread


def _amount(text: _Text, name: str) -> Decimal | None:
    return Decimal(text.values[name]) if text.has(name) else None


def _identity(text: _Text, wrong: Sequence[WrongSiret]) -> Iterator[Observation]:
    if not text.has("numero"):
        yield Observation("MEN-NUMERO")
    if not text.has("date"):
        yield Observation("MEN-DATE")
    # A wrong SIRET is there: it is told as wrong, not as missing too.
    if text.has("siret"):
        # Its role is open: which of the two is missing, if one is, cannot be said.
        if text.sirets + len(wrong) < 2:
            yield Observation("MEN-SIRET-UN-SEUL")
    else:
        read = {*text.values, *(item.role for item in wrong)}
        controls = {"siret_fournisseur": "MEN-SIRET-FOURNISSEUR", "siret_destinataire": "MEN-SIRET-DESTINATAIRE"}
        missing = [control for name, control in controls.items() if name not in read]
        # Those of an open role may be the missing ones, if there are enough of them.
        if sum(item.role == "siret" for item in wrong) < len(missing):
            yield from map(Observation, missing)
    if not text.says(_ADDRESS):
        yield Observation("MEN-ADRESSE")
    if not text.has("numero_engagement", "numero_marche"):
        yield Observation("MEN-COMMANDE")
    if not text.has("code_service"):
        yield Observation("MEN-CODE-SERVICE")


def _vat(text: _Text) -> Iterator[Observation]:
    without = _amount(text, "montant_ht")
    small = without is not None and abs(without) <= SMALL_INVOICE
    free = text.says(_NO_VAT)
    if not text.has("numero_tva") and not free and not small:
        yield Observation("MEN-TVA-INTRA")
    if not text.has("montant_ht", "montant_ttc", "net_a_payer"):
        yield Observation("MEN-TOTAUX")
    elif not free and not text.says(_REVERSE) and not text.has("montant_ht"):
        yield Observation("MEN-TOTAL-HT")
    reason = free or text.says(_REVERSE) or text.says(_EXEMPT)
    if _amount(text, "montant_tva") == 0 and not reason:
        yield Observation("MEN-EXONERATION")
    elif not reason and not text.has("taux_tva"):
        yield Observation("MEN-TAUX")


def _contradictions(text: _Text) -> Iterator[Observation]:
    vat = _amount(text, "montant_tva")
    if vat is None or vat == 0:
        return
    if text.says(_NO_VAT):
        yield Observation("MEN-FRANCHISE-TVA", values={"tva": f"{vat:f}".replace(".", ",")})
    if text.says(_REVERSE):
        yield Observation("MEN-AUTOLIQUIDATION-TVA", values={"tva": f"{vat:f}".replace(".", ",")})


def _payment(text: _Text) -> Iterator[Observation]:
    if not text.says(_WAY_TO_PAY):
        yield Observation("MEN-REGLEMENT")
    if not text.says(_PENALTY):
        yield Observation("MEN-PENALITES")
    if not text.says(_INDEMNITY):
        yield Observation("MEN-INDEMNITE")


def _content(text: _Text, phrases: Phrases) -> Iterator[Observation]:
    missing = [phrases[f"element_{name}"] for name, shape in _LINE_WORDS.items() if not text.says(shape)]
    if missing:
        yield Observation("MEN-LIGNES", values={"elements": ", ".join(missing)})
    if not text.says(_DONE_ON):
        yield Observation("MEN-DATE-EXECUTION")


def _wrong_keys(read: list[Sheet], wrong: Sequence[WrongSiret], phrases: Phrases) -> Iterator[Observation]:
    """Numbers that a label or a shape names and whose key is wrong: they are not proposed as values."""
    for item in wrong:
        said = {"siret": item.written, "cote": phrases[f"role_{item.role}"]}
        yield Observation("ID-SIRET-FAUX", Place(page=item.page), said)
    told: set[str] = set()
    for sheet in read:
        for cell in sheet.cells():
            for match in FRENCH_IBAN.finditer(cell.words):
                bare = match.group().replace(" ", "")
                if not iban_number.is_valid(bare) and bare not in told:
                    told.add(bare)
                    yield Observation("BNQ-IBAN-FAUX", Place(page=cell.page), {"iban": f"{bare[:2]}…{bare[-4:]}"})
