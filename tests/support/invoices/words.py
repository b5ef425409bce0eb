"""The words of the valid sample (tests/support/invoices/samples.py) as a plain page prints them. Données de démonstration."""


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
