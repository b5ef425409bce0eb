"""The fields of a plain PDF, proposed with the words they came from. What is not found, or not sure, is not proposed."""

from collections.abc import Callable, Iterator

from assistant.invoices.fields import masked_iban
from assistant.invoices.reporting import Phrases
from assistant.invoices.schemas import FoundField
from assistant.invoices.text import account, days, parties, references, totals
from assistant.invoices.text.layout import Sheet, sheets
from assistant.invoices.text.proposals import KIND, Candidate, found, only_one
from assistant.invoices.text.read_pdf import Pages

_READERS: dict[str, Callable[[Sheet], Iterator[Candidate]]] = {
    "numero": references.invoice_numbers,
    "date": days.issued,
    "date_echeance": days.due,
    "code_service": references.services,
    "numero_engagement": references.engagements,
    "numero_marche": references.markets,
}


def propose(pages: Pages, phrases: Phrases) -> list[FoundField]:
    """Names, labels and values as in assistant.invoices.fields.

    A SIRET whose role is not sure is named « siret », as often as needed.
    """
    read = sheets(pages)
    fields = [
        found(name, chosen, phrases)
        for name, reader in _READERS.items()
        if (chosen := only_one(item for sheet in read for item in reader(sheet))) is not None
    ]
    credit = next((cell for sheet in read for cell in references.credit_titles(sheet)), None)
    if credit is not None:
        fields.append(found(KIND, Candidate(phrases["valeur_avoir"], credit.words, credit.page), phrases))
    roles = parties.sirets(read)
    fields += [found(name, item, phrases) for name, items in roles.items() for item in items]
    seller = roles["siret_fournisseur"][0].value if roles["siret_fournisseur"] else None
    if (vat := parties.seller_vat(read, seller)) is not None:
        fields.append(found("numero_tva", vat, phrases))
    fields += [found(name, item, phrases) for name, item in totals.totals(read).items()]
    fields += [found("taux_tva", item, phrases) for item in totals.rates(read)]
    fields += [found("iban", _masked(item), phrases) for item in account.ibans(read)[:5]]
    if (bic := only_one(account.bics(read))) is not None:
        fields.append(found("bic", bic, phrases))
    return fields


def _masked(item: Candidate) -> Candidate:
    """A full account number is shown nowhere: neither in the value nor in its words."""
    shown = masked_iban(item.value)
    return Candidate(shown, f"IBAN {shown}", item.page)
