"""A sollicitation as text: ready to paste in the portal's form."""

from assistant.knowledge.load import Knowledge
from assistant.sollicitations.siret import format_siret


def render_text(
    *, knowledge: Knowledge, categorie: str, siret: str | None, numero_facture: str | None, description: str, contact: str
) -> str:
    """Plain text, one line a field; fields that were not given are left out."""
    found = knowledge.categories[categorie]
    title = f"{found.titre} – facture {numero_facture}" if numero_facture else found.titre
    lines = [f"Objet : {title}"]
    if siret:
        lines.append(f"SIRET de ma structure : {format_siret(siret)}")
    if numero_facture:
        lines.append(f"Numéro de facture : {numero_facture}")
    lines += [f"Adresse électronique : {contact}", "", "Description :", description]
    return "\n".join(lines)
