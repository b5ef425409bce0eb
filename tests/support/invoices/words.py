"""The words of the valid sample (tests/support/invoices/samples.py) as a plain page prints them. Données de démonstration."""

from decimal import Decimal

from assistant.invoices.rules.base import euros
from tests.support.invoices.samples import InvoiceSample


def words_of(
    *,
    number: str = "2026-0147",
    day: str = "02/11/2026",
    due: str = "02/12/2026",
    buyer: str = "987 654 324 00019",
    iban: str = "FR76 3000 6000 0112 3456 7890 189",
) -> list[str]:
    """One line a string: everything that a supplier to a public body prints."""
    return [
        "Fournisseur : Papeterie Exemple (démonstration)",
        "1 rue de la Démonstration, 75001 Paris",
        "SIRET du fournisseur : 123 456 782 00010",
        "N° TVA intracommunautaire : FR11123456782",
        "Client : Commune de Démonstration",
        "1 rue de la Démonstration, 75001 Paris",
        f"SIRET client : {buyer}",
        f"Facture n° {number}",
        f"Date de facture : {day}",
        f"Échéance : {due}",
        "Code service : SERVICE-ACHATS",
        "N° d'engagement : ENG-2026-001",
        "Désignation : ramettes de papier, quantité 10, prix unitaire HT 100,00 €, livraison du 30/10/2026",
        "Total HT : 1 000,00 €",
        "Total TVA 20 % : 200,00 €",
        "Total TTC : 1 200,00 €",
        "Net à payer : 1 200,00 €",
        f"Paiement par virement, IBAN : {iban}",
        "BIC : AGRIFRPP",
        "Pénalités de retard : trois fois le taux d'intérêt légal. Indemnité forfaitaire de recouvrement : 40 €.",
    ]


def printed(invoice: InvoiceSample) -> list[str]:
    """The same page for another sample: its number, days and totals, where they can be printed."""
    days = {"day": invoice.issue_date, "due": invoice.due_date}
    said = {name: "/".join(reversed(day.split("-"))) for name, day in days.items() if day is not None}
    lines = words_of(number=invoice.number or "2026-0147", **said)
    totals = {"Total HT": "without_vat", "Total TVA": "vat", "Total TTC": "with_vat", "Net à payer": "due"}
    amounts = invoice.amounts()
    for start, term in totals.items():
        value = amounts[term]
        shown = euros(Decimal(value)).replace("\u202f", " ") if value.lstrip("-").replace(".", "").isdigit() else value
        lines = [f"{line.partition(':')[0]}: {shown} €" if line.startswith(start) else line for line in lines]
    return lines
