"""Credit note, reverse charge, several rates, deposits, factors. Données de démonstration."""

from tests.support.invoices.drawing import Sheet
from tests.support.invoices.layouts.base import VAT, Layout, layout, values


@layout
def two_rates() -> Layout:
    """Two rates, no total of the TVA printed: the lines of the rates add up."""
    s = Sheet()
    s.block(40, 40, ["TRAITEUR D'ESSAI SAS", "SIRET 123 456 782 00010", f"TVA intracom. {VAT}"])
    s.block(320, 40, ["FACTURÉ À", "Lycée de Démonstration", "33000 Bordeaux", "SIRET 987 654 324 00019"])
    s.at(40, 130, "FACTURE : F2611-008")
    s.at(320, 130, "Date : 2 nov. 2026")
    s.at(40, 150, "Engagement juridique : EJ-2026-0099")
    s.row((40, 300, 360, 440), 190, ("Description", "Qté", "Prix unitaire", "Montant"))
    s.row((40, 300, 360, 440), 205, ("Repas du 15/10/2026", "50", "16,00", "800,00"))
    s.row((40, 300, 360, 440), 220, ("Boissons", "50", "4,00", "200,00"))
    for n, (label, value) in enumerate(
        [("Total HT", "1 000,00 €"), ("TVA 10 %", "80,00 €"), ("TVA 20 %", "40,00 €"), ("TOTAL TTC", "1 120,00 €")]
    ):
        s.at(360, 280 + 15 * n, label)
        s.ends_at(540, 280 + 15 * n, value)
    s.at(40, 400, "Paiement à réception par virement. IBAN : FR76 3000 6000 0112 3456 7890 189  BIC : AGRIFRPP")
    return Layout(
        s.pdf(),
        values(
            numero="F2611-008",
            date_echeance=None,
            numero_engagement="EJ-2026-0099",
            code_service=None,
            montant_ht="1000.00",
            montant_tva="120.00",
            montant_ttc="1120.00",
            net_a_payer=None,
            taux_tva={"10", "20"},
        ),
    )


@layout
def credit_note() -> Layout:
    """A credit note: the number of the invoice that it corrects must not be taken for its own."""
    s = Sheet()
    s.block(40, 40, ["Papeterie Exemple SARL", "SIRET : 123 456 782 00010", f"N° TVA {VAT}"])
    s.block(330, 40, ["Destinataire :", "Commune de Démonstration", "SIRET : 987 654 324 00019"])
    s.at(40, 130, "Avoir n° AV-2026-0003 du 02/11/2026", size=13)
    s.at(40, 150, "Avoir sur la facture n° FA-2026-0101 du 05/09/2026")
    s.at(40, 170, "Votre commande : 4500123456")
    s.row((40, 300, 370, 460), 220, ("Désignation", "Quantité", "PU HT", "Montant HT"))
    s.row((40, 300, 370, 460), 235, ("Retour de ramettes", "-1", "100,00", "-100,00"))
    for n, (label, value) in enumerate([("Total HT", "-100,00 €"), ("Total TVA 20 %", "-20,00 €"), ("Total TTC", "-120,00 €")]):
        s.at(370, 300 + 15 * n, label)
        s.ends_at(540, 300 + 15 * n, value)
    return Layout(
        s.pdf(),
        values(
            type="avoir",
            numero="AV-2026-0003",
            date_echeance=None,
            code_service=None,
            montant_ht="-100.00",
            montant_tva="-20.00",
            montant_ttc="-120.00",
            net_a_payer=None,
            iban=None,
            bic=None,
        ),
    )


@layout
def reverse_charge() -> Layout:
    """A subcontractor's: no VAT, reverse charge."""
    s = Sheet()
    s.block(40, 40, ["Fournisseur : Maçonnerie d'Essai SARL", "SIRET : 123 456 782 00010", f"TVA : {VAT}"])
    s.block(330, 40, ["Maître d'ouvrage : Département de Démonstration", "SIRET : 987 654 324 00019"])
    s.at(40, 120, "FACTURE N°: SIT-04")
    s.at(330, 120, "Le 02/11/2026")
    s.at(40, 140, "Marché n° 2026-TVX-12 - Lot 3")
    s.at(40, 180, "Travaux de maçonnerie exécutés en octobre 2026, quantité 1, prix unitaire 5 000,00 €")
    s.at(330, 220, "Montant HT")
    s.ends_at(540, 220, "5 000,00 €")
    s.at(330, 235, "Net à payer")
    s.ends_at(540, 235, "5 000,00 €")
    s.at(40, 260, "Autoliquidation de la TVA (article 283-2 nonies du CGI)")
    s.at(40, 280, "Règlement par virement sur le compte FR76 3000 6000 0112 3456 7890 189")
    return Layout(
        s.pdf(),
        values(
            numero="SIT-04",
            date_echeance=None,
            numero_engagement=None,
            code_service=None,
            numero_marche="2026-TVX-12",
            montant_ht="5000.00",
            montant_tva=None,
            montant_ttc=None,
            net_a_payer="5000.00",
            taux_tva=None,
            bic=None,
        ),
    )


@layout
def deposit_taken_off() -> Layout:
    """A deposit was paid: the net is less than the TTC."""
    s = Sheet()
    s.block(40, 40, ["Exemple Informatique SAS", "SIRET 12345678200010", f"TVA {VAT}"])
    s.block(320, 40, ["Client", "Région de Démonstration", "SIRET 98765432400019", "Service exécutant : DSI01"])
    s.block(
        40,
        130,
        [
            "Facture N° 2026-FA00219",
            "Date d'émission : 02/11/2026",
            "Paiement au plus tard le 02/12/2026",
            "Commande n° PO-55120",
        ],
    )
    s.row((40, 300, 350, 450), 210, ("Prestation", "Jours", "Prix unitaire HT", "Total HT"))
    s.row((40, 300, 350, 450), 225, ("Développement", "10", "600,00", "6 000,00"))
    for n, (label, value) in enumerate(
        [
            ("Total HT", "6 000,00 €"),
            ("TVA (20,0 %)", "1 200,00 €"),
            ("Total TTC", "7 200,00 €"),
            ("Acompte versé le 01/10/2026", "-2 000,00 €"),
            ("Reste à payer", "5 200,00 €"),
        ]
    ):
        s.at(320, 290 + 15 * n, label)
        s.ends_at(540, 290 + 15 * n, value)
    return Layout(
        s.pdf(),
        values(
            numero="2026-FA00219",
            numero_engagement="PO-55120",
            code_service="DSI01",
            montant_ht="6000.00",
            montant_tva="1200.00",
            montant_ttc="7200.00",
            net_a_payer="5200.00",
            iban=None,
            bic=None,
        ),
    )


@layout
def factor() -> Layout:
    """Sold to a factor: two accounts, a third SIRET."""
    s = Sheet()
    s.block(40, 40, ["Émetteur : Sécurité d'Essai SAS", "SIRET 123 456 782 00010", f"TVA {VAT}"])
    s.block(330, 40, ["Destinataire : Rectorat de Démonstration", "SIRET 987 654 324 00019", "Code service : REC-03"])
    s.block(40, 120, ["Facture n° SE-2026-55", "Date de facturation : 02/11/2026", "Engagement : 1506778899"])
    s.at(330, 200, "Total HT : 1 234,56 €")
    s.at(330, 215, "Montant TVA 20 % : 246,91 €")
    s.at(330, 230, "Total TTC : 1 481,47 €")
    s.at(40, 270, "Créance cédée : règlement à l'ordre de Affacturage d'Essai, IBAN FR76 3000 6000 0112 3456 7890 189")
    return Layout(
        s.pdf(),
        values(
            numero="SE-2026-55",
            date_echeance=None,
            numero_engagement="1506778899",
            code_service="REC-03",
            net_a_payer=None,
            bic=None,
        ),
    )
