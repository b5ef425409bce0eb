"""The knowledge, readable and searchable."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from api.dependencies import ContextDep
from api.errors import Problem
from assistant.knowledge.schemas import Confiance, Fiche, Source

router = APIRouter(prefix="/api/v1/fiches", tags=["fiches"])


class FicheSummary(BaseModel):
    """A fiche in a list; `score` orders the hits of a search."""

    id: str
    titre: str
    domaine: str
    reponse: str
    confiance: Confiance
    score: float | None = None


class FicheList(BaseModel):
    """Fiches, best first when searched, else by domaine and id."""

    total: int
    fiches: list[FicheSummary]


class SectionPublic(BaseModel):
    """One section of a fiche (Markdown)."""

    titre: str
    texte: str


class FichePublic(BaseModel):
    """A whole fiche (Markdown)."""

    id: str
    titre: str
    domaine: str
    questions: list[str]
    confiance: Confiance
    reponse: str
    etapes: str
    sections: list[SectionPublic]
    sources: list[Source]
    voir_aussi: list[str]


@router.get("", operation_id="fiches_search")
async def search_fiches(
    context: ContextDep,
    q: Annotated[str | None, Query(max_length=300, description="Ce que l'on cherche, en mots de tous les jours.")] = None,
    domaine: Annotated[str | None, Query(max_length=40)] = None,
    limite: Annotated[int, Query(ge=1, le=50)] = 20,
    page: Annotated[int, Query(ge=1, le=1000)] = 1,
) -> FicheList:
    """Search (with `q`) or list the fiches."""
    knowledge = context.services.knowledge
    found: list[tuple[Fiche, float | None]]
    if q is not None:
        hits = context.services.search.search(q, limit=len(knowledge.fiches))
        found = [(hit.fiche, hit.score) for hit in hits if hit.relevant]
    else:
        ordered = sorted(knowledge.fiches.values(), key=lambda fiche: (fiche.domaine, fiche.id))
        found = [(fiche, None) for fiche in ordered]
    if domaine is not None:
        found = [item for item in found if item[0].domaine == domaine]
    start = (page - 1) * limite
    return FicheList(total=len(found), fiches=[_summary(fiche, score) for fiche, score in found[start : start + limite]])


@router.get("/{fiche_id}", operation_id="fiches_read")
async def read_fiche(fiche_id: str, context: ContextDep) -> FichePublic:
    """One fiche."""
    fiche = context.services.knowledge.fiches.get(fiche_id)
    if fiche is None:
        raise Problem(404, "fiche_inconnue", "Cette fiche n'existe pas.")
    return FichePublic(
        **fiche.model_dump(exclude={"sections", "faits"}),
        sections=[SectionPublic(titre=section.value, texte=text) for section, text in fiche.sections.items()],
    )


def _summary(fiche: Fiche, score: float | None) -> FicheSummary:
    return FicheSummary(
        id=fiche.id, titre=fiche.titre, domaine=fiche.domaine, reponse=fiche.reponse, confiance=fiche.confiance, score=score
    )
