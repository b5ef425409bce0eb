"""Invoices drawn as different software prints them, with what is to be read in each. Données de démonstration.

A piece is (x, y, words); y counts down from the top of an A4 page, in points. SIRETs and accounts have right keys and are public
examples.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

Piece = tuple[float, float, str]
SELLER = "73282932000074"
BUYER = "21750001600019"
VAT = "FR44732829320"
IBAN = "FR76 3000 6000 0112 3456 7890 189"


@dataclass(frozen=True)
class Layout:
    """`expected`: name and value of all that the page says; what is not in it must not be proposed."""

    name: str
    pages: Sequence[Sequence[Piece]]
    expected: Mapping[str, str] = field(default_factory=dict)

    def pdf(self) -> bytes:
        target = io.BytesIO()
        canvas = Canvas(target, pagesize=A4, invariant=1)
        for pieces in self.pages:
            canvas.setFont("Helvetica", 9)
            for x, y, words in pieces:
                canvas.drawString(x, A4[1] - y, words)
            canvas.showPage()
        canvas.save()
        return target.getvalue()


def lines(*words: str, x: float = 50, top: float = 60) -> list[Piece]:
    return [(x, top + 14 * number, one) for number, one in enumerate(words)]


def row(y: float, *cells: tuple[float, str]) -> list[Piece]:
    return [(x, y, words) for x, words in cells]


TOTALS = {"montant_ht": "1234.56", "montant_tva": "246.91", "montant_ttc": "1481.47", "taux_tva": "20"}
SIDES = {"siret_fournisseur": SELLER, "siret_destinataire": BUYER}
SELLER_BLOCK = lines("Atelier Démo SARL", "12 rue des Essais", "69001 LYON", "SIRET : 732 829 320 00074", f"N° TVA : {VAT}")
BUYER_BLOCK = lines("Destinataire :", "Mairie de Démo", "1 place Exemple", "75004 PARIS", "SIRET : 217 500 016 00019", x=330)

LAYOUTS = (
    Layout(
        "labels at the left",
        [
            SELLER_BLOCK
            + BUYER_BLOCK
            + lines("Facture n° 2026-0147", "Date de facture : 12/11/2026", "Échéance : 12/12/2026", top=180)
            + lines("N° d'engagement : 4500012345", "Code service : SERV_DEMO", "N° de marché : 2026M045", top=240)
            + lines("Total HT : 1 234,56 €", "TVA 20 % : 246,91 €", "Total TTC : 1 481,47 €", "Net à payer : 1 481,47 €", top=500)
            + lines(f"IBAN : {IBAN}", "BIC : AGRIFRPP", top=600)
        ],
        {
            **TOTALS,
            **SIDES,
            "numero": "2026-0147",
            "date": "2026-11-12",
            "date_echeance": "2026-12-12",
            "numero_engagement": "4500012345",
            "code_service": "SERV_DEMO",
            "numero_marche": "2026M045",
            "numero_tva": VAT,
            "net_a_payer": "1481.47",
            "iban": "FR76 … 0189",
            "bic": "AGRIFRPP",
        },
    ),
    Layout(
        "labels over their values in a table",
        [
            row(60, (50, "N° de facture"), (180, "Date de facture"), (320, "Date d'échéance"))
            + row(74, (50, "FA-77"), (180, "03.11.26"), (320, "03.12.26"))
            + row(500, (50, "Total HT"), (180, "Total TVA"), (320, "Total TTC"))
            + row(514, (50, "1 234,56 €"), (180, "246,91 €"), (320, "1 481,47 €"))
        ],
        {
            "numero": "FA-77",
            "date": "2026-11-03",
            "date_echeance": "2026-12-03",
            "montant_ht": "1234.56",
            "montant_tva": "246.91",
            "montant_ttc": "1481.47",
        },
    ),
    Layout(
        "the day in letters",
        [
            lines(
                "FACTURE N° F2026/11/009",
                "Lyon, le 1er novembre 2026",
                "Total HT 100,00 €",
                "TVA 20 % 20,00 €",
                "Total TTC 120,00 €",
            )
        ],
        {
            "numero": "F2026/11/009",
            "date": "2026-11-01",
            "montant_ht": "100.00",
            "montant_tva": "20.00",
            "montant_ttc": "120.00",
            "taux_tva": "20",
        },
    ),
    Layout(
        "values at the right edge, no-break spaces",
        [
            row(60, (50, "Numéro de facture"), (400, "2026110042"))
            + row(74, (50, "Date d'émission"), (400, "24/11/2026"))
            + row(500, (300, "Montant HT"), (450, "12\u00a0345,00\u00a0€"))
            + row(514, (300, "Montant TVA (5,5 %)"), (450, "678,98\u00a0€"))
            + row(528, (300, "Montant TTC"), (450, "13\u00a0023,98\u00a0€"))
        ],
        {
            "numero": "2026110042",
            "date": "2026-11-24",
            "montant_ht": "12345.00",
            "montant_tva": "678.98",
            "montant_ttc": "13023.98",
            "taux_tva": "5.5",
        },
    ),
    Layout(
        "two rates",
        [
            lines("Facture n° M-2", "Date de facture : 02/10/2026")
            + row(400, (50, "Taux TVA"), (180, "Base HT"), (320, "Montant TVA"))
            + row(414, (50, "20 %"), (180, "1 000,00"), (320, "200,00"))
            + row(428, (50, "10 %"), (180, "500,00"), (320, "50,00"))
            + lines("Total HT : 1 500,00 €", "Total TVA : 250,00 €", "Total TTC : 1 750,00 €", top=500)
        ],
        {"numero": "M-2", "date": "2026-10-02", "montant_ht": "1500.00", "montant_tva": "250.00", "montant_ttc": "1750.00"},
    ),
    Layout(
        "franchise",
        [
            lines("Note d'honoraires n° 12", "Date : 05/06/2026", "Total HT : 800,00 €", "Net à payer : 800,00 €")
            + lines("TVA non applicable, article 293 B du CGI", top=700)
        ],
        {"numero": "12", "date": "2026-06-05", "montant_ht": "800.00", "net_a_payer": "800.00"},
    ),
    Layout(
        "a deposit taken off the net",
        [
            lines("Facture n° AC-3 du 09/09/2026", "Total HT : 1 000,00 €", "TVA 20 % : 200,00 €", "Total TTC : 1 200,00 €")
            + lines("Acompte versé : 300,00 €", "Net à payer : 900,00 €", top=300)
        ],
        {
            "numero": "AC-3",
            "date": "2026-09-09",
            "montant_ht": "1000.00",
            "montant_tva": "200.00",
            "montant_ttc": "1200.00",
            "net_a_payer": "900.00",
            "taux_tva": "20",
        },
    ),
    Layout(
        "the seller at the foot of the page",
        [
            BUYER_BLOCK
            + lines("Facture n° P-8", "Date de facture : 20/10/2026", "Bon de commande : BC-2026-55", top=180)
            + lines("Désignation", "Prestation de démonstration", top=300)
            + lines("Atelier Démo SARL au capital de 1 000 € - SIRET 732 829 320 00074 - RCS Lyon", top=800, x=80)
        ],
        {**SIDES, "numero": "P-8", "date": "2026-10-20", "numero_engagement": "BC-2026-55"},
    ),
    Layout(
        "a second page with the totals",
        [
            lines("Facture n° DEUX-1", "Date de facture : 15/07/2026", "Page 1/2"),
            lines("Page 2/2", "Total HT : 10,00 €", "TVA 20 % : 2,00 €", "Total TTC : 12,00 €"),
        ],
        {
            "numero": "DEUX-1",
            "date": "2026-07-15",
            "montant_ht": "10.00",
            "montant_tva": "2.00",
            "montant_ttc": "12.00",
            "taux_tva": "20",
        },
    ),
    Layout(
        "an order with the word EJ",
        [lines("FACTURE : 2026/88", "Date de facture : 30/11/2026", "EJ : 1512345678", "Code service exécutant : FAC_0750")],
        {"numero": "2026/88", "date": "2026-11-30", "numero_engagement": "1512345678", "code_service": "FAC_0750"},
    ),
    Layout(
        "two different numbers and two days: neither is proposed",
        [lines("Facture n° A-1", "Facture n° A-2", "Date de facture : 01/02/2026", "Date de facture : 02/01/2026")],
        {},
    ),
    Layout(
        "wrong keys and amounts that do not add up to one answer",
        [
            lines("Facture n° K-9", "SIRET : 732 829 320 00075", "IBAN : FR76 3000 6000 0112 3456 7890 188")
            + lines("Total HT : 100,00 €", "Total HT : 110,00 €", "Date de facture : 31/02/2026", top=200)
        ],
        {"numero": "K-9"},
    ),
    Layout(
        "an account without a label, a payment deadline in words",
        [
            lines("Facture n° R-4", "Date de facture : 12 août 2026", "A régler avant le 11 septembre 2026")
            + lines(f"Virement : {IBAN.replace(' ', '')}", "SWIFT AGRIFRPP", top=200)
        ],
        {"numero": "R-4", "date": "2026-08-12", "date_echeance": "2026-09-11", "iban": "FR76 … 0189", "bic": "AGRIFRPP"},
    ),
)
