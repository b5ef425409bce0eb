"""A sollicitation ready to paste in the portal's form: field by field, and as one text.

AIFE's labels of categories are not public: ours are shown as ours. The fields are those of its form for people who cannot log in
(category, sub-category, e-mail address, title, description); what the checklist asked goes into the description.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from assistant.knowledge.load import Knowledge
from assistant.knowledge.schemas import Categorie
from assistant.sollicitations.checklist import shown
from assistant.sollicitations.siret import format_siret


@dataclass(frozen=True)
class PasteField:
    """One field of the portal's form. `note`: what to know about it, empty when there is nothing."""

    cle: str
    libelle: str
    valeur: str
    note: str = ""


def paste_fields(
    *,
    knowledge: Knowledge,
    categorie: str,
    siret: str | None,
    numero_facture: str | None,
    description: str,
    contact: str,
    donnees: Mapping[str, str],
) -> list[PasteField]:
    """The fields in the order of the portal's form."""
    found, textes = knowledge.categories[categorie], knowledge.textes
    lines = _pieces(knowledge, siret, numero_facture, donnees)
    body = "\n".join([*lines, "", description]) if lines else description
    return [
        PasteField("categorie", textes["coller_categorie"], found.titre, textes["coller_categorie_note"]),
        PasteField("adresse", textes["coller_adresse"], contact),
        PasteField("titre", textes["coller_titre"], _title(found, numero_facture)),
        PasteField("description", textes["coller_description"], body),
    ]


def render_text(
    *,
    knowledge: Knowledge,
    categorie: str,
    siret: str | None,
    numero_facture: str | None,
    description: str,
    contact: str,
    donnees: Mapping[str, str],
) -> str:
    """Plain text, one line a field; fields that were not given are left out."""
    lines = [
        f"Objet : {_title(knowledge.categories[categorie], numero_facture)}",
        *_pieces(knowledge, siret, numero_facture, donnees),
        f"Adresse électronique : {contact}",
        "",
        "Description :",
        description,
    ]
    return "\n".join(lines)


def _title(categorie: Categorie, numero_facture: str | None) -> str:
    return f"{categorie.titre} – facture {numero_facture}" if numero_facture else categorie.titre


def _pieces(knowledge: Knowledge, siret: str | None, numero_facture: str | None, donnees: Mapping[str, str]) -> list[str]:
    """« Label : value », in the order of the checklist. Pieces that the data no longer know keep their key as a label."""
    lines = [f"SIRET de ma structure : {format_siret(siret)}"] if siret else []
    lines += [f"Numéro de facture : {numero_facture}"] if numero_facture else []
    order = list(knowledge.besoins)
    for cle in sorted(donnees, key=lambda cle: order.index(cle) if cle in order else len(order)):
        besoin = knowledge.besoins.get(cle)
        value = " ".join((shown(besoin, donnees[cle]) if besoin else donnees[cle]).split())
        lines.append(f"{besoin.nom_colle if besoin else cle} : {value}")
    return lines
