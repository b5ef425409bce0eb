"""The review list: training examples and stubs of fiches that people propose, then decide on. Nothing trains itself."""

import re
from collections.abc import Sequence

import yaml
from sqlalchemy import select, update
from sqlalchemy.engine import CursorResult

from assistant.conversations.models import Message
from assistant.database import Sessions, now, transaction
from assistant.helpdesk.enums import SorteRevue, StatutRevue
from assistant.helpdesk.models import Agent, Revue
from assistant.helpdesk.personal_data import mask_personal
from assistant.knowledge.load import Knowledge
from assistant.knowledge.schemas import TO_COMPLETE
from assistant.text import clean, fold_words, has_words

MAX_EXAMPLE = 500
MAX_TITLE = 60
MAX_STUB = 8000
# A fiche takes three to eight questions (docs/writing-knowledge.md); a stub may begin with fewer.
MAX_STUB_QUESTIONS = 8
# Intents that are not fiches and whose examples people may add; the rest of the dialogue is the developers' business.
OTHER_INTENTS = (
    "expliquer_statut",
    "expliquer_anomalie",
    "expliquer_cadre",
    "definir_terme",
    "comparer_termes",
    "preparer_sollicitation",
    "parler_humain",
    "hors_sujet",
)
_FICHE = "fiche/"
_ID_LINE = re.compile(r"id: [a-z0-9\-]{1,60}")


class ReviewRefused(ValueError):
    """The proposal or the decision is not possible; the message says why, in French."""


class ReviewNotFound(LookupError):
    """There is no such line in the review list."""


def list_intents(knowledge: Knowledge) -> dict[str, str]:
    """Intents that an example may be given to, with a title: fiches by title, then the others under their own name."""
    fiches = {f"{_FICHE}{fiche.id}": fiche.titre for fiche in sorted(knowledge.fiches.values(), key=lambda fiche: fiche.titre)}
    return {**fiches, **{intent: intent for intent in OTHER_INTENTS}}


def list_domains(knowledge: Knowledge) -> list[str]:
    """Domaines that a new fiche may belong to."""
    return sorted({fiche.domaine for fiche in knowledge.fiches.values()})


async def propose_example(
    *, sessions: Sessions, knowledge: Knowledge, agent: Agent, intention: str, texte: str, message_id: str | None = None
) -> Revue:
    """Put a question on the review list as an example of an intent (`fiche/<id>` or one of OTHER_INTENTS).

    The text becomes one line, without personal data. Raises ReviewRefused (unknown intent, empty, too long, there already).
    """
    if intention not in list_intents(knowledge):
        raise ReviewRefused("Cette intention n'existe pas.")
    line = one_line(texte)
    return await _propose(sessions, agent, SorteRevue.EXEMPLE, intention, line, message_id)


async def propose_fiche_stub(
    *,
    sessions: Sessions,
    knowledge: Knowledge,
    agent: Agent,
    domaine: str,
    titre: str,
    questions: Sequence[str],
    message_id: str | None = None,
) -> Revue:
    """Put the beginning of a fiche on the review list: its title and the questions it must answer. Raises ReviewRefused.

    `make check-knowledge` refuses it as it is: facts, sources and the answer are to be written by somebody who knows.
    """
    if domaine not in list_domains(knowledge):
        raise ReviewRefused("Ce domaine n'existe pas.")
    title = " ".join(mask_personal(clean(titre)).split())
    if not has_words(title) or len(title) > MAX_TITLE:
        raise ReviewRefused(f"Donnez à la fiche un titre de 1 à {MAX_TITLE} caractères.")
    fiche_id = stub_id(domaine, title)
    if fiche_id in knowledge.fiches:
        raise ReviewRefused(f"La fiche « {fiche_id} » existe déjà.")
    lines = list(dict.fromkeys(one_line(question) for question in questions))[:MAX_STUB_QUESTIONS]
    return await _propose(sessions, agent, SorteRevue.FICHE, domaine, fiche_stub(domaine, title, lines), message_id)


async def list_review(
    *, sessions: Sessions, statut: StatutRevue | None = None, before: int | None = None, size: int = 50
) -> list[Revue]:
    """Lines of the review list, latest first; `before` is the id of the last line of the page before."""
    statement = select(Revue).order_by(Revue.id.desc()).limit(size)
    if statut is not None:
        statement = statement.where(Revue.statut == statut)
    if before is not None:
        statement = statement.where(Revue.id < before)
    async with sessions() as session:
        return list(await session.scalars(statement))


async def decide_review(
    *, sessions: Sessions, revue_id: int, statut: StatutRevue, agent: Agent, texte: str | None = None
) -> Revue:
    """Keep (RETENUE) or refuse a proposed line, or put a decided one back (PROPOSEE); `texte`: the text as corrected.

    Of two people at once, one decides and the other is told. Raises ReviewRefused, ReviewNotFound.
    """
    async with transaction(sessions) as session:
        row = await session.get(Revue, revue_id)
        if row is None:
            raise ReviewNotFound("Cette proposition n'existe pas.")
        expected = [StatutRevue.PROPOSEE] if statut is not StatutRevue.PROPOSEE else [StatutRevue.RETENUE, StatutRevue.REFUSEE]
        values: dict[str, object] = {"statut": statut, "decide_par": agent.id, "decide_le": now()}
        if statut is StatutRevue.PROPOSEE:
            values |= {"decide_par": None, "decide_le": None}
        if texte is not None:
            values["texte"] = one_line(texte) if row.sorte == SorteRevue.EXEMPLE else _checked_stub(texte)
        changed = await session.execute(
            update(Revue)
            .where(Revue.id == revue_id, Revue.statut.in_(expected))
            .values(**values)
            .execution_options(synchronize_session=False)
        )
        assert isinstance(changed, CursorResult)
        if changed.rowcount != 1:
            raise ReviewRefused("Quelqu'un a déjà décidé de cette proposition. Relisez la liste.")
        await session.refresh(row)
    return row


def one_line(texte: str) -> str:
    """An example as it stands in data/nlu: one line, no personal data, no sign that Rasa would read as markup.

    Raises ReviewRefused with a French sentence.
    """
    line = " ".join(mask_personal(clean(texte)).split())
    # « [x](y) » and « {"a": 1} » mark entities, a leading « - » or « / » a list or a command.
    line = line.translate(str.maketrans("[]{}`", "()()'")).lstrip("-/*#> ").strip()
    if not has_words(line):
        raise ReviewRefused("L'exemple ne contient aucun mot.")
    if len(line) > MAX_EXAMPLE:
        raise ReviewRefused(f"Un exemple a {MAX_EXAMPLE} caractères au plus : gardez la question.")
    return line


def stub_id(domaine: str, titre: str) -> str:
    """The id of a new fiche: its domaine and the words of its title."""
    words = [re.sub(r"[^a-z0-9]+", "-", word).strip("-") for word in fold_words(titre)]
    return "-".join([domaine, *(word for word in words if word and word not in _SMALL_WORDS)])[:60].strip("-")


def fiche_stub(domaine: str, titre: str, questions: Sequence[str]) -> str:
    """Markdown of a fiche still to be written: check-knowledge refuses it for its missing facts, sources and confidence."""
    head = {
        "id": stub_id(domaine, titre),
        "titre": titre,
        "domaine": domaine,
        "questions": list(questions),
        "confiance": TO_COMPLETE,
        "faits": [],
        "sources": [],
        "voir_aussi": [],
    }
    front = yaml.safe_dump(head, allow_unicode=True, sort_keys=False, width=1000)
    return (
        f"---\n{front}---\n"
        f"{TO_COMPLETE} : la réponse en 60 mots au plus, d'après les faits.\n\n"
        f"1. {TO_COMPLETE} : les étapes.\n\n"
        f"## Autrement dit\n{TO_COMPLETE} : la même chose, sans jargon.\n"
    )


_SMALL_WORDS = frozenset(
    {"a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "ou", "par", "pour", "que", "sur", "un", "une"}
)


def mask_stub(text: str) -> str:
    """A fiche without personal data; its id, which may look like a reference, stays."""
    lines = text.split("\n")
    return "\n".join(line if _ID_LINE.fullmatch(line) else mask_personal(line) for line in lines)


def _checked_stub(texte: str) -> str:
    text = mask_stub(clean(texte).replace("\r\n", "\n"))
    if not text.startswith("---\n") or len(text) > MAX_STUB:
        raise ReviewRefused(f"Une fiche commence par son en-tête entre deux lignes « --- », et a {MAX_STUB} caractères au plus.")
    return text.rstrip("\n") + "\n"


async def _propose(sessions: Sessions, agent: Agent, sorte: SorteRevue, cible: str, texte: str, message_id: str | None) -> Revue:
    async with transaction(sessions) as session:
        same = select(Revue.id).where(
            Revue.sorte == sorte, Revue.cible == cible, Revue.texte == texte, Revue.statut != StatutRevue.REFUSEE
        )
        if await session.scalar(same.limit(1)) is not None:
            raise ReviewRefused("Cette proposition est déjà dans la liste.")
        if message_id is not None and await session.get(Message, message_id) is None:
            raise ReviewRefused("Ce message n'existe pas.")
        row = Revue(
            sorte=sorte,
            cible=cible,
            texte=texte,
            message_id=message_id,
            statut=StatutRevue.PROPOSEE,
            propose_par=agent.id,
            decide_par=None,
            cree_le=now(),
            decide_le=None,
        )
        session.add(row)
        await session.flush()
    return row
