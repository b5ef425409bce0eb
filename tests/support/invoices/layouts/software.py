"""As accounting software prints invoices. Données de démonstration."""

from tests.support.invoices.drawing import Sheet
from tests.support.invoices.layouts.base import BUYER, LEGAL, VAT, Layout, layout, values


@layout
def two_columns() -> Layout:
    """Seller left, client right, references in one column, totals at the right."""
    s = Sheet()
    s.block(
        40,
        40,
        ["Papeterie Exemple SARL", "1 rue de la Démonstration", "75001 Paris", "SIRET : 123 456 782 00010", f"N° TVA : {VAT}"],
    )
    s.block(330, 120, ["Client :", "Commune de Démonstration", "2 place de la Mairie", "69001 Lyon", "SIRET : 987 654 324 00019"])
    s.at(40, 215, "Facture n° FA-2026-0147", size=14, bold=True)
    s.block(
        40,
        240,
        [
            "Date de facture : 02/11/2026",
            "Date d'échéance : 02/12/2026",
            "N° d'engagement : 4500123456",
            "Code service : SERV-ACHATS",
        ],
    )
    s.row((40, 300, 370, 460), 320, ("Désignation", "Quantité", "Prix unitaire HT", "Montant HT"))
    s.row((40, 300, 370, 460), 340, ("Ramettes de papier, livraison du 30/10/2026", "12", "102,88 €", "1 234,56 €"))
    for n, (label, value) in enumerate(
        [("Total HT", "1 234,56 €"), ("TVA 20 %", "246,91 €"), ("Total TTC", "1 481,47 €"), ("Net à payer", "1 481,47 €")]
    ):
        s.at(370, 420 + 15 * n, label)
        s.ends_at(540, 420 + 15 * n, value)
    s.block(40, 600, ["Paiement par virement", "IBAN : FR76 3000 6000 0112 3456 7890 189", "BIC : AGRIFRPP", *LEGAL])
    return Layout(s.pdf(), values())


@layout
def header_table() -> Layout:
    """Values under their headings; seller in the foot."""
    s = Sheet(size=9)
    s.at(40, 40, "PAPETERIE EXEMPLE", size=16)
    s.at(450, 40, "FACTURE", size=16)
    s.row((40, 140, 230, 330, 440), 90, ("Numéro", "Date", "Échéance", "Engagement", "Code service"))
    s.row((40, 140, 230, 330, 440), 105, ("FA-2026-0147", "02/11/2026", "02/12/2026", "4500123456", "SERV-ACHATS"))
    s.block(320, 140, ["Adresse de facturation", "Centre hospitalier de Démonstration", "69002 LYON", "Siret 98765432400019"])
    s.row((40, 90, 280, 330, 400, 480), 250, ("Réf.", "Désignation", "Qté", "P.U. HT", "TVA", "Total HT"))
    s.row((40, 90, 280, 330, 400, 480), 268, ("A100", "Papier A4", "2", "500,00", "20,00 %", "1 000,00"))
    s.row((40, 90, 280, 330, 400, 480), 283, ("A200", "Stylos", "1", "234,56", "20,00 %", "234,56"))
    s.row((40, 130, 230, 330, 440), 600, ("Base HT", "Taux TVA", "Montant TVA", "Total TTC", "Net à payer"))
    s.row((40, 130, 230, 330, 440), 615, ("1 234,56", "20,00 %", "246,91", "1 481,47", "1 481,47 €"))
    s.at(40, 660, "Règlement par virement - IBAN FR7630006000011234567890189 - BIC AGRIFRPP")
    s.at(
        40,
        800,
        "Papeterie Exemple SARL au capital de 10 000 € - RCS Paris 123 456 782 - SIRET 123 456 782 00010 - TVA FR 11 123456782",
    )
    return Layout(s.pdf(), values())


@layout
def label_over_value() -> Layout:
    """Boxes: each label over its value, in two rows of boxes."""
    s = Sheet(size=9)
    xs = (40, 180, 320, 450)
    s.block(40, 40, ["EXEMPLE SERVICES EURL - 12 avenue des Essais - 44000 Nantes", "Siret : 12345678200010 - APE 6201Z"])
    s.row(xs, 90, ("N° de facture", "Date d'émission", "Date limite de paiement", "N° de commande"))
    s.row(xs, 102, ("EXS-26-118", "02/11/2026", "02/12/2026", "CMD-88123"))
    s.row(xs, 130, ("Code service exécutant", "Numéro de marché", "TVA intracommunautaire", "SIRET client"))
    s.row(xs, 142, ("FACTURES_PUBLIQUES", "2024-DSI-04", VAT, BUYER))
    s.block(40, 190, ["Maintenance du mois de octobre 2026", "Forfait mensuel"])
    s.row((40, 200, 330, 450), 260, ("Total HT", "Total TVA (20 %)", "Total TTC", "Net à payer"))
    s.row((40, 200, 330, 450), 273, ("1 234,56 €", "246,91 €", "1 481,47 €", "1 481,47 €"))
    s.at(40, 320, "IBAN")
    s.at(320, 320, "BIC")
    s.at(40, 332, "FR76 3000 6000 0112 3456 7890 189")
    s.at(320, 332, "AGRIFRPP")
    return Layout(
        s.pdf(),
        values(
            numero="EXS-26-118", numero_engagement="CMD-88123", code_service="FACTURES_PUBLIQUES", numero_marche="2024-DSI-04"
        ),
    )


@layout
def three_pages() -> Layout:
    """Many lines with carried-forward sums; totals on the last page."""
    s = Sheet("Courier", 9)
    for page in range(1, 4):
        s.at(40, 40, f"FACTURE N. VX/000451   Page {page}/3")
        s.at(40, 55, "Date facture : 02-11-2026")
        if page == 1:
            s.block(
                40,
                80,
                [
                    "Vendeur: Grossiste Exemple SA  SIRET: 12345678200010",
                    f"TVA: {VAT}",
                    f"Acheteur: Hôpital d'Essai  SIRET: {BUYER}",
                    "BC n° 77001",
                ],
            )
        for n in range(30):
            s.row((40, 280, 330, 420, 490), 180 + 13 * n, (f"Article {page}{n:02d}", "1", "10,00", "10,00", "20,0"))
        if page < 3:
            s.at(300, 600, f"Report : {page * 300},00")
        s.new_page()
    s.at(40, 40, "FACTURE N. VX/000451")
    s.at(300, 200, "TOTAL HT EUR      900,00")
    s.at(300, 215, "TVA 20,0%         180,00")
    s.at(300, 230, "TOTAL TTC EUR   1 080,00")
    s.at(300, 245, "NET A PAYER EUR 1 080,00")
    return Layout(
        s.pdf(),
        values(
            numero="VX/000451",
            date_echeance=None,
            numero_engagement="77001",
            code_service=None,
            montant_ht="900.00",
            montant_tva="180.00",
            montant_ttc="1080.00",
            net_a_payer="1080.00",
            iban=None,
            bic=None,
        ),
    )


@layout
def discount() -> Layout:
    """A discount: gross total, discount, net total HT."""
    s = Sheet()
    s.block(40, 40, ["Vendeur", "Meubles d'Essai SARL", "SIRET 123 456 782 00010", VAT])
    s.block(330, 40, ["Acheteur", "Collège de Démonstration", "SIRET 987 654 324 00019"])
    s.row((40, 200, 330), 130, ("Facture n° MB-7781", "Date : 02/11/2026", "Échéance : 02/12/2026"))
    s.at(40, 150, "Référence commande : BDC 2026 118")
    s.row((40, 280, 340, 450), 190, ("Désignation", "Qté", "Prix unitaire HT", "Montant HT"))
    s.row((40, 280, 340, 450), 205, ("Bureaux", "10", "200,00", "2 000,00"))
    for n, (label, value) in enumerate(
        [
            ("Total brut HT", "2 000,00"),
            ("Remise 10 %", "-200,00"),
            ("Total net HT", "1 800,00"),
            ("TVA 20 %", "360,00"),
            ("Total TTC", "2 160,00"),
            ("Net à payer", "2 160,00 €"),
        ]
    ):
        s.at(340, 260 + 15 * n, label)
        s.ends_at(540, 260 + 15 * n, value)
    return Layout(
        s.pdf(),
        values(
            numero="MB-7781",
            numero_engagement=None,
            code_service=None,
            montant_ht="1800.00",
            montant_tva="360.00",
            montant_ttc="2160.00",
            net_a_payer="2160.00",
            iban=None,
            bic=None,
        ),
    )


@layout
def recap_before_totals() -> Layout:
    """A table of VAT by rate at the left of the totals, on the same lines."""
    s = Sheet(size=9)
    s.block(
        40,
        40,
        ["ENTREPRISE D'ESSAI SARL", "Siège social : 35000 Rennes", "SIRET 12345678200010 - RCS Rennes", f"N° TVA CEE : {VAT}"],
    )
    s.block(340, 60, ["Adresse de facturation :", "Syndicat de Démonstration", "35000 Rennes", f"SIRET : {BUYER}"])
    s.row((40, 130, 230, 340), 150, ("Facture N°", "Date", "Code client", "N° d'engagement"))
    s.row((40, 130, 230, 340), 163, ("FC102938", "02/11/26", "C00412", "26EJ00017"))
    s.row((40, 100, 150, 220), 500, ("Code", "Base HT", "Taux", "Montant TVA"))
    s.row((40, 100, 150, 220), 513, ("1", "900,00", "5,50", "49,50"))
    s.row((40, 100, 150, 220), 526, ("2", "100,00", "20,00", "20,00"))
    for n, (label, value) in enumerate(
        [("Total HT", "1 000,00"), ("Total TVA", "69,50"), ("Total TTC", "1 069,50"), ("NET A PAYER", "1 069,50 €")]
    ):
        s.at(360, 500 + 13 * n, label)
        s.ends_at(540, 500 + 13 * n, value)
    return Layout(
        s.pdf(),
        values(
            numero="FC102938",
            date_echeance=None,
            numero_engagement="26EJ00017",
            code_service=None,
            montant_ht="1000.00",
            montant_tva="69.50",
            montant_ttc="1069.50",
            net_a_payer="1069.50",
            taux_tva={"5.5", "20"},
            iban=None,
            bic=None,
        ),
    )
