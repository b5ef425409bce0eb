"""Written after the readers, to judge them on what they had not seen. Données de démonstration."""

from tests.support.invoices.drawing import Sheet
from tests.support.invoices.layouts.base import BUYER, SELLER, VAT, Layout, layout, values


@layout
def craftsman() -> Layout:
    """A small contractor: labels after a dash, a retention, VAT at two rates with their bases."""
    s = Sheet()
    s.block(
        40,
        50,
        [
            "Plomberie d'Essai - EURL au capital de 5 000 euros",
            "8 rue du Test, 59000 Lille",
            "Siret : 123 456 782 00010 - TVA : " + VAT,
        ],
    )
    s.block(340, 110, ["OPH de Démonstration", "Direction du patrimoine", "59000 Lille", "SIRET : 987 654 324 00019"])
    s.at(40, 190, "FACTURE N° 26/0088", size=13)
    s.at(40, 206, "Lille, le 2 novembre 2026")
    s.block(40, 230, ["Réf. marché : 2025-PLB-7", "Bon de commande n° OS-2026-114 du 12/10/2026"])
    s.row((40, 290, 350, 430, 500), 280, ("Nature des travaux", "Qté", "PU HT", "Total HT", "TVA"))
    s.row((40, 290, 350, 430, 500), 295, ("Remplacement d'une chaudière", "1", "3 500,00", "3 500,00", "5,5 %"))
    s.row((40, 290, 350, 430, 500), 310, ("Déplacement", "2", "50,00", "100,00", "20 %"))
    rows = [
        ("Total HT", "3 600,00 €"),
        ("TVA 5,5 % sur 3 500,00", "192,50 €"),
        ("TVA 20 % sur 100,00", "20,00 €"),
        ("Montant total TTC", "3 812,50 €"),
        ("Retenue de garantie 5 %", "-190,63 €"),
        ("Net à payer TTC", "3 621,87 €"),
    ]
    for n, (label, value) in enumerate(rows):
        s.at(320, 370 + 15 * n, label)
        s.ends_at(545, 370 + 15 * n, value)
    return Layout(
        s.pdf(),
        values(
            numero="26/0088",
            date_echeance=None,
            numero_engagement="OS-2026-114",
            numero_marche="2025-PLB-7",
            code_service=None,
            montant_ht="3600.00",
            montant_tva="212.50",
            montant_ttc="3812.50",
            net_a_payer="3621.87",
            taux_tva={"5.5", "20"},
            iban=None,
            bic=None,
        ),
    )


@layout
def subscription() -> Layout:
    """A utility's: many numbers around (client, contract, meter, period), a due date in a sentence."""
    s = Sheet(size=9)
    s.at(40, 40, "ÉNERGIE D'ESSAI", size=15)
    s.block(
        40,
        70,
        ["Votre n° client : 0012345678", "N° de contrat : C-99812", "Point de livraison : 14523698745210", "Compteur n° 778812"],
    )
    s.block(340, 70, ["COMMUNE DE DEMONSTRATION", "HOTEL DE VILLE", "63000 CLERMONT", f"SIRET {BUYER}"])
    s.at(40, 150, "Votre facture n° 10 2026 000451 du 02/11/2026")
    s.at(40, 165, "Période du 01/10/2026 au 31/10/2026")
    s.at(40, 180, "Engagement n° 2026-00071 - Code service : 0BATIMENTS")
    s.row((40, 300, 420), 220, ("Consommation HT", "", "812,40 €"))
    s.row((40, 300, 420), 234, ("Total hors TVA", "", "812,40 €"))
    s.row((40, 300, 420), 248, ("TVA à 20 %", "", "162,48 €"))
    s.row((40, 300, 420), 262, ("Total TTC", "", "974,88 €"))
    s.at(40, 290, "Montant à payer avant le 02/12/2026 : 974,88 €")
    s.at(40, 780, f"Énergie d'Essai SA, RCS Nanterre - SIRET {SELLER} - TVA intracommunautaire {VAT}")
    return Layout(
        s.pdf(),
        values(
            numero=None,
            numero_engagement="2026-00071",
            numero_marche="C-99812",
            code_service="0BATIMENTS",
            montant_ht="812.40",
            montant_tva="162.48",
            montant_ttc="974.88",
            net_a_payer="974.88",
            iban=None,
            bic=None,
        ),
    )


@layout
def english_like() -> Layout:
    """A start-up's template: light labels over values, ISO dates, the sign before amounts, totals spread in a row."""
    s = Sheet()
    s.at(40, 50, "Facture", size=22)
    s.row((40, 200, 360), 90, ("Numéro de facture", "Date d'émission", "Date d'échéance"))
    s.row((40, 200, 360), 104, ("INV2026-0042", "2026-11-02", "2026-12-02"))
    s.block(40, 140, ["Émetteur", "Studio Essai SAS", "SIRET : 12345678200010", f"N° TVA : {VAT}"])
    s.block(300, 140, ["Client", "Ministère de la Démonstration", "SIRET : 98765432400019", "Numéro d'engagement : 1300999888"])
    s.row((40, 250, 330, 430), 240, ("Produits", "Qté", "Prix u. HT", "Total HT"))
    s.row((40, 250, 330, 430), 256, ("Licence annuelle", "1", "€2 000,00", "€2 000,00"))
    s.row((330, 470), 300, ("Total HT", "2 000,00 €"))
    s.row((330, 470), 315, ("Montant total de la TVA", "400,00 €"))
    s.row((330, 470), 330, ("Total TTC", "2 400,00 €"))
    s.at(40, 400, "Taux de TVA : 20 %. Pénalités de retard : 12 %. Escompte : 2 % à 8 jours.")
    return Layout(
        s.pdf(),
        values(
            numero="INV2026-0042",
            numero_engagement="1300999888",
            code_service=None,
            montant_ht="2000.00",
            montant_tva="400.00",
            montant_ttc="2400.00",
            net_a_payer=None,
            iban=None,
            bic=None,
        ),
    )


@layout
def crowded() -> Layout:
    """Delivery, order and quotation dates around the invoice's own; the delivery note and the quotation have numbers too."""
    s = Sheet(size=9)
    s.block(40, 40, ["MATERIEL D'ESSAI SA", f"RCS Lyon - SIRET {SELLER} - {VAT}"])
    s.block(330, 40, ["Facturé à :", "Département de Démonstration", f"SIRET : {BUYER}", "Livré à :", "Collège d'Essai"])
    s.block(
        40,
        130,
        [
            "Devis n° D-4411 du 01/09/2026",
            "Commande n° C2026-781 du 10/09/2026",
            "BL n° 55012 du 28/10/2026",
            "Facture n° 7004512 du 02/11/2026",
        ],
    )
    s.at(330, 130, "Conditions : 30 jours, échéance le 02/12/2026")
    s.row((40, 250, 310, 380, 460), 220, ("Article", "Qté", "PU HT", "Remise", "Montant HT"))
    s.row((40, 250, 310, 380, 460), 235, ("Tables", "4", "150,00", "10 %", "540,00"))
    s.row((40, 250, 310, 380, 460), 250, ("Frais de port", "1", "30,00", "", "30,00"))
    s.row((40, 130, 220, 320, 440), 600, ("Total HT", "Port HT", "TVA 20 %", "Total TTC", "Net à payer"))
    s.row((40, 130, 220, 320, 440), 614, ("570,00", "30,00", "114,00", "684,00", "684,00"))
    return Layout(
        s.pdf(),
        values(
            numero="7004512",
            numero_engagement="C2026-781",
            code_service=None,
            montant_ht="570.00",
            montant_tva="114.00",
            montant_ttc="684.00",
            net_a_payer="684.00",
            iban=None,
            bic=None,
        ),
    )
