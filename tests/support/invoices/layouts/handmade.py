"""As word processors and spreadsheets print invoices. Données de démonstration."""

from tests.support.invoices.drawing import Sheet
from tests.support.invoices.layouts.base import BUYER, PUBLIC, SELLER, VAT, Layout, layout, values


@layout
def letters() -> Layout:
    """A word processor: dates in letters, sentences, one column, no net to pay."""
    s = Sheet(size=11)
    s.block(60, 60, ["Jeanne Exemple, traductrice", "5 chemin des Essais", "31000 Toulouse", "N° SIRET : 123 456 782 00010"])
    s.block(330, 140, ["Préfecture de Démonstration", "31000 Toulouse", "N° SIRET du client : 217 500 016 00019"])
    s.at(330, 200, "Toulouse, le 2 novembre 2026")
    s.at(60, 240, "Facture N° 2026/31")
    s.block(
        60,
        270,
        ["Objet : traduction d'une brochure, prestation réalisée du 1er au 20 octobre 2026", "Bon de commande n° BC2026-77"],
    )
    s.at(60, 320, "Forfait de traduction : 800,00 €")
    s.at(60, 350, "Montant à payer : 800,00 €")
    s.at(60, 370, "TVA non applicable, art. 293 B du CGI")
    s.at(60, 400, "À régler avant le 2 décembre 2026 par virement : FR76 3000 6000 0112 3456 7890 189")
    return Layout(
        s.pdf(),
        values(
            numero="2026/31",
            siret_destinataire=PUBLIC,
            numero_tva=None,
            numero_engagement="BC2026-77",
            code_service=None,
            montant_ht=None,
            montant_tva=None,
            montant_ttc=None,
            net_a_payer="800.00",
            taux_tva=None,
            bic=None,
        ),
    )


@layout
def spreadsheet() -> Layout:
    """A spreadsheet: label cell, value cell, wide apart; dots in dates, no thousands separator."""
    s = Sheet(size=9)
    cells = [
        ("Émetteur", "Papeterie Exemple"),
        ("SIRET émetteur", SELLER),
        ("TVA intracommunautaire", VAT),
        ("Destinataire", "Université d'Essai"),
        ("SIRET destinataire", BUYER),
        ("N° facture", "26110001"),
        ("Date facture", "02.11.2026"),
        ("Échéance", "02.12.2026"),
        ("N° EJ", "1400567890"),
        ("Code service", "D2300075"),
        ("N° de marché", "2025M017"),
    ]
    for n, (label, value) in enumerate(cells):
        s.at(40, 50 + 14 * n, label)
        s.at(220, 50 + 14 * n, value)
    s.row((40, 250, 320, 400, 480), 240, ("Libellé", "Nombre", "PU HT", "Taux", "Total HT"))
    s.row((40, 250, 320, 400, 480), 254, ("Mission", "3", "411,52", "20%", "1234,56"))
    for n, (label, value) in enumerate([("TOTAL HT", "1234,56"), ("TOTAL TVA", "246,91"), ("TOTAL TTC", "1481,47")]):
        s.at(400, 300 + 14 * n, label)
        s.at(480, 300 + 14 * n, value)
    s.at(40, 400, "Virement IBAN")
    s.at(220, 400, "FR76 3000 6000 0112 3456 7890 189")
    return Layout(
        s.pdf(),
        values(
            numero="26110001",
            numero_engagement="1400567890",
            code_service="D2300075",
            numero_marche="2025M017",
            net_a_payer=None,
            bic=None,
        ),
    )


@layout
def seller_right() -> Layout:
    """Client at the left, seller at the right, no words for the roles but the public name."""
    s = Sheet()
    s.block(40, 40, ["Mairie de Démonstration", "Service comptabilité", "13001 Marseille", "SIRET : 217 500 016 00019"])
    s.block(350, 40, ["Atelier d'Essai", "Auto-entrepreneur", "13002 Marseille", "SIRET : 123 456 782 00010"])
    s.at(40, 130, "Facture 2026-009 du 02/11/2026")
    s.at(40, 150, "EJ : 2026001234")
    s.row((40, 300, 370, 460), 200, ("Désignation", "Qté", "PU", "Total"))
    s.row((40, 300, 370, 460), 215, ("Affiches", "100", "2,50 €", "250,00 €"))
    s.at(370, 260, "Total à payer : 250,00 €")
    s.at(40, 300, "TVA non applicable, article 293 B du CGI.")
    return Layout(
        s.pdf(),
        values(
            numero="2026-009",
            date_echeance=None,
            siret_destinataire=PUBLIC,
            numero_tva=None,
            numero_engagement="2026001234",
            code_service=None,
            montant_ht=None,
            montant_tva=None,
            montant_ttc=None,
            net_a_payer="250.00",
            taux_tva=None,
            iban=None,
            bic=None,
        ),
    )


@layout
def dotted() -> Layout:
    """Dot leaders and amounts with points for cents."""
    s = Sheet()
    s.block(40, 40, ["Prestataire : Conseil d'Essai", "N° Siret : 123 456 782 00010", f"N° TVA intracommunautaire : {VAT}"])
    s.block(40, 100, ["Payeur : Métropole de Démonstration", "N° Siret : 987 654 324 00019", "Code service : 03-DRH"])
    s.block(40, 160, ["Note d'honoraires n° NH26-12", "Établie le 2 novembre 2026", "N° engagement : 2026-E-4411"])
    s.block(
        40,
        230,
        [
            "Honoraires HT ................ 1500.00 EUR",
            "Total HT ..................... 1500.00 EUR",
            "TVA 20% ...................... 300.00 EUR",
            "Total TTC .................... 1800.00 EUR",
        ],
    )
    return Layout(
        s.pdf(),
        values(
            numero="NH26-12",
            date_echeance=None,
            numero_engagement="2026-E-4411",
            code_service="03-DRH",
            montant_ht="1500.00",
            montant_tva="300.00",
            montant_ttc="1800.00",
            net_a_payer=None,
            iban=None,
            bic=None,
        ),
    )


@layout
def ambiguous() -> Layout:
    """Two SIRETs without a word on whose they are: neither role may be asserted."""
    s = Sheet()
    s.block(40, 40, ["Jean Exemple", "SIRET 123 456 782 00010"])
    s.block(330, 40, ["Démonstration", "SIRET 987 654 324 00019"])
    s.at(40, 130, "Facture n° 12")
    s.at(40, 150, "Paris, le 02/11/2026")
    s.at(40, 300, "Total HT 100,00 €  TVA 20 % 20,00 €  Total TTC 120,00 €")
    return Layout(
        s.pdf(),
        values(
            numero="12",
            date_echeance=None,
            siret_fournisseur=None,
            siret_destinataire=None,
            siret={SELLER, BUYER},
            numero_tva=None,
            numero_engagement=None,
            code_service=None,
            montant_ht="100.00",
            montant_tva="20.00",
            montant_ttc="120.00",
            net_a_payer=None,
            iban=None,
            bic=None,
        ),
    )
