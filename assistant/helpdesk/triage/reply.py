"""A draft reply made from the nearest fiche, in the tone of the house. The agent reads it again: nothing is sent by itself."""

import re
from collections.abc import Sequence

from assistant.helpdesk.triage.schemas import Demande, FicheProche, ReponseProposee
from assistant.knowledge.load import Knowledge
from assistant.knowledge.schemas import Besoin, Categorie, Confiance, Section

_MAX_MISSING = 4
# Follow-ups of sollicitations accept as much (assistant/sollicitations/changes.TEXT_MAX).
_MAX_CHARACTERS = 3900


def draft_reply(
    *,
    knowledge: Knowledge,
    textes: dict[str, str],
    demande: Demande,
    categorie: Categorie,
    fiche: FicheProche,
    missing: Sequence[Besoin],
) -> ReponseProposee:
    """Plain text: what it is about, whose business it is, the fiche's answer and steps, what is missing, the source."""
    known = knowledge.fiches[fiche.id]
    source = known.sources[0]
    about = "reponse_objet_facture" if demande.numero_facture else "reponse_objet"
    parts = [
        textes["reponse_bonjour"],
        textes[about].format(titre=categorie.titre, facture=demande.numero_facture),
    ]
    if categorie.route != "support":
        parts.append(categorie.raison_route)
    parts.append(plain(known.texte))
    if known.confiance == Confiance.BASSE:
        parts.append(textes["reponse_confiance_basse"])
    otherwise = known.sections.get(Section.SI_CA_NE_MARCHE_PAS)
    if otherwise:
        parts.append(textes["reponse_echec"].format(texte=_lower_first(plain(otherwise))))
    if missing:
        named = ", ".join(_lower_first(besoin.libelle) for besoin in missing[:_MAX_MISSING])
        parts.append(textes["reponse_manques"].format(liste=named))
    ending = [
        textes["reponse_source"].format(titre=source.titre, date=source.date, url=source.url),
        textes["reponse_fin"],
        textes["reponse_salutation"],
    ]
    return ReponseProposee(
        fiche=fiche.id,
        titre=known.titre,
        texte=_fitting(parts, ending),
        source=source,
        score=fiche.score,
        raisons=fiche.raisons,
    )


def _fitting(parts: list[str], ending: list[str]) -> str:
    """All of it when it is short enough, else without the last optional parts."""
    while len("\n\n".join([*parts, *ending])) > _MAX_CHARACTERS and len(parts) > 3:
        parts = parts[:-1]
    return "\n\n".join([*parts, *ending])


def plain(markdown: str) -> str:
    """The text without the marks of Markdown: a reply is read as it is."""
    text = re.sub(r"\[([^\]]+)\]\(([^)\s]+)\)", r"\1 (\2)", markdown)
    return re.sub(r"\*\*([^*]+)\*\*", r"\1", text)


def _lower_first(text: str) -> str:
    """« Votre client paie » after a colon: « votre client paie »; names and acronyms keep their capitals."""
    word = text.split(" ", 1)[0]
    return text if (len(word) > 1 and word[1].isupper()) or word in _NAMES else text[:1].lower() + text[1:]


_NAMES = frozenset({"Chorus", "ClaudIA", "PISTE"})
