"""A help centre over the fiches: search, domains, each fiche at its own address. A demonstration of what a site may build."""

import functools
from collections import Counter
from pathlib import Path
from typing import Annotated

import yaml
from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, TypeAdapter

from api.dependencies import Context, ContextDep
from api.errors import Problem
from api.pages import templates
from assistant.knowledge.schemas import Fiche
from assistant.text import clean

router = APIRouter(prefix="/aide", include_in_schema=False)

_MAX_HITS = 20


class Domaine(BaseModel):
    """How a domain is shown (data/knowledge/domaines.yml)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    titre: str
    resume: str = ""


@functools.cache
def _named(path: Path) -> dict[str, Domaine]:
    read = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else None
    return TypeAdapter(dict[str, Domaine]).validate_python(read or {})


def _domaines(context: Context) -> dict[str, Domaine]:
    """Domains that hold a fiche; those that nobody named come last, under their id."""
    named = _named(context.settings.knowledge_dir / "domaines.yml")
    held = {fiche.domaine for fiche in context.services.knowledge.fiches.values()}
    order = [one for one in named if one in held] + sorted(held - named.keys())
    return {one: named.get(one) or Domaine(titre=one.capitalize()) for one in order}


@router.get("")
async def home(request: Request, context: ContextDep, q: Annotated[str, Query(max_length=300)] = "") -> HTMLResponse:
    """The domains, or what a search finds."""
    words = clean(q).strip()
    hits = context.services.search.search(words, limit=_MAX_HITS) if words else []
    fiches = [hit.fiche for hit in hits if hit.relevant]
    count = Counter(fiche.domaine for fiche in context.services.knowledge.fiches.values())
    page = {"q": words, "fiches": fiches, "domaines": _domaines(context), "nombre": count}
    return templates.TemplateResponse(request, "aide.html", page)


@router.get("/{domaine}")
async def domain(request: Request, context: ContextDep, domaine: str) -> HTMLResponse:
    """The fiches of one domain."""
    domaines = _domaines(context)
    if domaine not in domaines:
        raise Problem(404, "domaine_inconnu", "Cette rubrique n'existe pas.")
    fiches = sorted(_of(context, domaine), key=lambda fiche: fiche.titre)
    page = {"domaine": domaines[domaine], "id": domaine, "fiches": fiches, "domaines": domaines}
    return templates.TemplateResponse(request, "aide_domaine.html", page)


@router.get("/{domaine}/{fiche_id}")
async def fiche(request: Request, context: ContextDep, domaine: str, fiche_id: str) -> HTMLResponse:
    """One fiche."""
    found = context.services.knowledge.fiches.get(fiche_id)
    if found is None or found.domaine != domaine:
        raise Problem(404, "fiche_inconnue", "Cette fiche n'existe pas.")
    fiches = context.services.knowledge.fiches
    near = [fiches[other] for other in found.voir_aussi if other in fiches]
    page = {"fiche": found, "domaine": _domaines(context)[domaine], "voir_aussi": near}
    return templates.TemplateResponse(request, "aide_fiche.html", page)


def _of(context: Context, domaine: str) -> list[Fiche]:
    return [fiche for fiche in context.services.knowledge.fiches.values() if fiche.domaine == domaine]
