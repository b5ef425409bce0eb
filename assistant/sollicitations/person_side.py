"""What the person who asks does with their sollicitation. They see no version: what they say is taken as it comes."""

from collections.abc import Sequence

from sqlalchemy import select

from assistant.database import Sessions
from assistant.sollicitations.agent_side import end
from assistant.sollicitations.changes import USAGER, Change, Unit, changing, checked_text
from assistant.sollicitations.desk import Desk
from assistant.sollicitations.enums import Etat, TypeEvenement
from assistant.sollicitations.models import PieceJointe, Sollicitation
from assistant.sollicitations.transitions import (
    TOUR_DE_L_USAGER,
    Action,
    NotFound,
    TransitionRefused,
    after_complement,
    check_possible,
)

# The reason of data/knowledge/motifs_cloture.yml that stands for a closing by the person.
PERSON_REASON = "par_la_personne"
_TRIES = 5


async def add_complement(
    *, sessions: Sessions, desk: Desk, sollicitation_id: int, texte: str, pieces: Sequence[PieceJointe] = ()
) -> Sollicitation:
    """Add words, files (rows without `sollicitation_id` and `cree_le`, bytes on disk already) or both.

    Whatever the person was awaited for, it is the desk's turn again. On a merged sollicitation the words go to the one it was
    merged into as well, where the desk works. Raises TransitionRefused, NotFound.
    """
    texte = checked_text(texte) if texte.strip() or not pieces else ""
    for _ in range(_TRIES):
        async with changing(sessions=sessions, desk=desk, acteur=USAGER) as unit:
            ids = await _chain_ends(unit, sollicitation_id)
            own, *others = await unit.lock(*ids)
            if await _chain_ends(unit, sollicitation_id) == ids:
                return await _add(unit, own, others, texte, pieces)
    raise TransitionRefused("Cette sollicitation est en train de changer. Réessayez.")


async def _add(unit: Unit, own: Change, others: Sequence[Change], texte: str, pieces: Sequence[PieceJointe]) -> Sollicitation:
    check_possible(Action.COMPLETER, own.etat)
    for root in others:
        if root.etat is Etat.CLOTUREE:
            raise TransitionRefused("L'assistance a clos cette demande. Écrivez une nouvelle sollicitation qui cite son numéro.")
        _complete(root, texte or _named(pieces), depuis=own.row.numero)
        await unit.write(root)
    own.attach(pieces)
    if others:
        # Merged: its own state stays as it was, so that it can be taken apart again.
        own.tell(TypeEvenement.COMPLEMENT, texte=texte)
    else:
        _complete(own, texte)
    return await unit.write(own)


async def send_back(*, sessions: Sessions, desk: Desk, sollicitation_id: int, texte: str) -> Sollicitation:
    """« La réponse ne convient pas », and why. Raises TransitionRefused, NotFound."""
    texte = checked_text(texte)
    async with changing(sessions=sessions, desk=desk, acteur=USAGER) as unit:
        [change] = await unit.lock(sollicitation_id)
        _refuse_merged(change.row)
        check_possible(Action.RENVOYER, change.etat)
        moved = change.move(Etat.RENVOYEE)
        change.tell(TypeEvenement.RENVOI, texte=texte, **moved)
        return await unit.write(change)


async def close_by_person(*, sessions: Sessions, desk: Desk, sollicitation_id: int, texte: str | None = None) -> Sollicitation:
    """The person needs no answer any more. Raises TransitionRefused, NotFound."""
    texte = checked_text(texte) if texte and texte.strip() else None
    async with changing(sessions=sessions, desk=desk, acteur=USAGER) as unit:
        [change] = await unit.lock(sollicitation_id)
        _refuse_merged(change.row)
        check_possible(Action.CLORE_SOI_MEME, change.etat)
        end(change, PERSON_REASON, texte)
        return await unit.write(change)


def _complete(change: Change, texte: str, depuis: str | None = None) -> None:
    moved = change.move(after_complement(change.etat)) if change.etat in TOUR_DE_L_USAGER else {}
    change.tell(TypeEvenement.COMPLEMENT, texte=texte, **({"depuis": depuis} if depuis else {}), **moved)


def _named(pieces: Sequence[PieceJointe]) -> str:
    return ", ".join(piece.nom for piece in pieces)


def _refuse_merged(row: Sollicitation) -> None:
    # The other one may be another person's: its state is not theirs to decide.
    if row.fusion_dans_id is not None:
        raise TransitionRefused(
            "L'assistance traite cette demande avec une autre sur le même sujet. Vous pouvez apporter un complément : il sera lu."
        )


async def _chain_ends(unit: Unit, sollicitation_id: int) -> list[int]:
    """The id, and when it is merged that of the one at the end of the chain."""
    current = sollicitation_id
    while True:
        row = (
            await unit.session.execute(select(Sollicitation.id, Sollicitation.fusion_dans_id).where(Sollicitation.id == current))
        ).one_or_none()
        if row is None:
            raise NotFound("Cette sollicitation n'existe pas.")
        if row.fusion_dans_id is None:
            return [sollicitation_id] if current == sollicitation_id else [sollicitation_id, current]
        current = row.fusion_dans_id
