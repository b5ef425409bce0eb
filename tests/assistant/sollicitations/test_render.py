"""A sollicitation ready to paste: field by field, and as one text."""

from assistant.knowledge.load import Knowledge
from assistant.sollicitations.render import paste_fields, render_text

GIVEN = {
    "categorie": "facture_rejetee",
    "siret": "73282932000074",
    "numero_facture": "F-12",
    "description": "La facture est rejetée.\nLe motif est vide.",
    "contact": "compta@exemple.fr",
    "donnees": {"date": "depuis lundi", "motif": "Pièce\nmanquante", "siret_destinataire": "35600000000048"},
}


def test_the_fields_are_those_of_the_portals_form_and_ours_are_told_as_ours(knowledge: Knowledge) -> None:
    fields = paste_fields(knowledge=knowledge, **GIVEN)
    assert [(one.libelle, one.valeur) for one in fields] == [
        ("Catégorie", "Facture rejetée par le client"),
        ("Adresse électronique", "compta@exemple.fr"),
        ("Titre", "Facture rejetée par le client – facture F-12"),
        (
            "Description",
            "SIRET de ma structure : 732 829 320 00074\n"
            "Numéro de facture : F-12\n"
            "Motif affiché : Pièce manquante\n"
            "SIRET du destinataire : 356 000 000 00048\n"
            "Date : depuis lundi\n"
            "\n"
            "La facture est rejetée.\nLe motif est vide.",
        ),
    ]
    assert "Ce libellé est celui de Choriste." in fields[0].note


def test_the_text_holds_every_field_in_the_order_of_the_checklist(knowledge: Knowledge) -> None:
    assert render_text(knowledge=knowledge, **GIVEN).splitlines() == [
        "Objet : Facture rejetée par le client – facture F-12",
        "SIRET de ma structure : 732 829 320 00074",
        "Numéro de facture : F-12",
        "Motif affiché : Pièce manquante",
        "SIRET du destinataire : 356 000 000 00048",
        "Date : depuis lundi",
        "Adresse électronique : compta@exemple.fr",
        "",
        "Description :",
        "La facture est rejetée.",
        "Le motif est vide.",
    ]


def test_what_was_not_given_is_left_out_and_a_piece_that_is_no_longer_known_is_not_lost(knowledge: Knowledge) -> None:
    given = GIVEN | {"siret": None, "numero_facture": None, "donnees": {}}
    assert paste_fields(knowledge=knowledge, **given)[-1].valeur == GIVEN["description"]
    text = render_text(knowledge=knowledge, **(given | {"donnees": {"ancienne_cle": "42"}}))
    assert "ancienne_cle : 42" in text
    assert "SIRET" not in text
