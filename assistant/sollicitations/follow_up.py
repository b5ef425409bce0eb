"""What the person who asks may see of their sollicitation after it was written, and how they prove that it is theirs.

The proof is the secret of the follow-up link (service.get_by_token), or the conversation in which it was written. An e-mail
address proves nothing.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select, update

from assistant.conversations.models import Conversation
from assistant.database import Sessions, now, write_transaction
from assistant.knowledge.load import Knowledge
from assistant.masking import mask_secrets
from assistant.sollicitations.changes import USAGER
from assistant.sollicitations.checklist import shown, values_of
from assistant.sollicitations.desk import Desk
from assistant.sollicitations.enums import Etat, TypeEvenement
from assistant.sollicitations.models import PieceJointe, Sollicitation, SollicitationEvent
from assistant.sollicitations.opening import opening_words
from assistant.sollicitations.render import paste_fields
from assistant.sollicitations.schemas import SollicitationPublic
from assistant.sollicitations.service import hash_token, new_token, to_public
from assistant.sollicitations.transitions import OUVERTES, Action, possible_actions
from assistant.text import clean

MAX_OPEN_SHOWN = 3

Auteur = Literal["vous", "equipe", "systeme"]

# What the desk does for itself is not told: notes, and who of them has it.
_NEVER_TOLD = frozenset({TypeEvenement.NOTE, TypeEvenement.DESAFFECTATION})
# A form that a person sends again after that is meant.
_TWICE_WITHIN = timedelta(minutes=10)


class ActionUsager(StrEnum):
    """What the person may do."""

    COMPLEMENT = "complement"
    RENVOI = "renvoi"
    CLOTURE = "cloture"


_ACTIONS = {
    Action.COMPLETER: ActionUsager.COMPLEMENT,
    Action.RENVOYER: ActionUsager.RENVOI,
    Action.CLORE_SOI_MEME: ActionUsager.CLOTURE,
}
_EVENTS = {
    ActionUsager.COMPLEMENT: TypeEvenement.COMPLEMENT,
    ActionUsager.RENVOI: TypeEvenement.RENVOI,
    ActionUsager.CLOTURE: TypeEvenement.CLOTURE,
}


class EvenementPublic(BaseModel):
    """One line of the timeline in plain words. `texte`: what was written; `piece_id`: a file that was given; `demandes`: what was
    asked for."""

    type: TypeEvenement
    auteur: Auteur
    titre: str
    texte: str
    cree_le: datetime
    piece_id: str | None = None
    demandes: list[str] = Field(default_factory=list)


class PiecePublic(BaseModel):
    """A file that was given."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    nom: str
    type_mime: str
    taille: int
    cree_le: datetime


class ChampPublic(BaseModel):
    """A field of the portal's form, ready to paste."""

    model_config = ConfigDict(from_attributes=True)

    cle: str
    libelle: str
    valeur: str
    note: str


class SuiviPublic(SollicitationPublic):
    """A sollicitation as the person who asks may see it: its state in plain words, what happened, what they can do now."""

    etat_titre: str
    explication: str
    maj_le: datetime
    donnees_libelles: list[tuple[str, str]]
    evenements: list[EvenementPublic]
    pieces: list[PiecePublic]
    actions: list[ActionUsager]
    champs: list[ChampPublic]
    horaires: str
    # What was taken out of what was just written, in words.
    masques: list[str] = Field(default_factory=list)


def state(*, desk: Desk, row: Sollicitation, pieces: Iterable[PieceJointe], moment: datetime) -> SuiviPublic:
    """All that the follow-up page shows. Notes of the desk and names of its people are not in it."""
    knowledge = desk.knowledge
    public = to_public(row, knowledge)
    explication = "suivi_explication_fusion" if row.fusion_dans_id is not None else f"suivi_explication_{row.etat}"
    fields = paste_fields(
        knowledge=knowledge,
        categorie=row.categorie,
        siret=row.siret,
        numero_facture=row.numero_facture,
        description=row.description,
        contact=row.contact,
        donnees=row.donnees,
    )
    return SuiviPublic(
        **public.model_dump(),
        etat_titre=knowledge.textes[f"suivi_etat_{row.etat}"],
        explication=knowledge.textes[explication],
        maj_le=row.maj_le,
        donnees_libelles=_given(knowledge, row),
        evenements=timeline(knowledge, row.evenements),
        pieces=[PiecePublic.model_validate(piece) for piece in pieces],
        actions=actions(row),
        champs=[ChampPublic.model_validate(one) for one in fields],
        horaires=opening_words(textes=knowledge.textes, hours=desk.hours, moment=moment),
    )


def timeline(knowledge: Knowledge, evenements: Iterable[SollicitationEvent]) -> list[EvenementPublic]:
    """What happened, oldest first, without the desk's own business; a change that concerns nobody outside is left out."""
    entries: list[EvenementPublic] = []
    taken = False
    for event in evenements:
        kind = TypeEvenement(event.type)
        if kind in _NEVER_TOLD or (kind is TypeEvenement.AFFECTATION and taken):
            continue
        # « Taken in hand » once: afterwards it goes from hand to hand inside the desk.
        taken = taken or kind is TypeEvenement.AFFECTATION
        entry = _entry(knowledge, kind, event)
        if entry is not None:
            entries.append(entry)
    return entries


def _entry(knowledge: Knowledge, kind: TypeEvenement, event: SollicitationEvent) -> EvenementPublic | None:
    textes, detail = knowledge.textes, event.detail
    titre = textes.get(f"suivi_evenement_{kind}", "")
    texte = str(detail.get("texte") or "")
    demandes: list[str] = []
    match kind:
        case TypeEvenement.MODIFICATION:
            titre = _modification(knowledge, detail)
        case TypeEvenement.PIECE_JOINTE:
            texte = str(detail.get("nom") or "")
        case TypeEvenement.DEMANDE_COMPLEMENT:
            demandes = [_piece_name(knowledge, str(cle)) for cle in detail.get("pieces") or []]
        case TypeEvenement.CLOTURE:
            motif = knowledge.motifs_cloture.get(str(detail.get("motif")))
            texte = "\n\n".join(filter(None, [motif.phrase if motif else "", texte]))
        case TypeEvenement.COMPLEMENT if detail.get("depuis"):
            # The words of a duplicate that was merged into this one: the other person's own page tells them.
            return None
        case TypeEvenement.FUSION | TypeEvenement.DEFUSION if "recue" in detail or "rendue" in detail:
            # The other one may be another person's: nothing happens to this one.
            return None
    if not titre:
        return None
    piece_id = str(detail["id"]) if kind is TypeEvenement.PIECE_JOINTE and "id" in detail else None
    return EvenementPublic(
        type=kind,
        auteur=_author(event.acteur),
        titre=titre,
        texte=texte,
        cree_le=event.cree_le,
        piece_id=piece_id,
        demandes=demandes,
    )


def _author(acteur: str) -> Auteur:
    return "vous" if acteur == "usager" else "systeme" if acteur == "systeme" else "equipe"


def _modification(knowledge: Knowledge, detail: dict[str, Any]) -> str:
    """A new subject or addressee concerns the person; a priority is the desk's business."""
    changes = detail.get("changements") or {}
    parts = []
    if "categorie" in changes:
        categorie = knowledge.categories.get(str(changes["categorie"][1]))
        if categorie is not None:
            parts.append(knowledge.textes["suivi_nouveau_sujet"].format(titre=categorie.titre))
    if "route" in changes:
        destinataire = knowledge.textes[f"sol_destinataire_{changes['route'][1]}"]
        parts.append(knowledge.textes["suivi_nouveau_destinataire"].format(destinataire=destinataire))
    return " ".join(parts)


def _piece_name(knowledge: Knowledge, cle: str) -> str:
    besoin = knowledge.besoins.get(cle)
    return besoin.libelle if besoin else cle


def actions(row: Sollicitation) -> list[ActionUsager]:
    """What the person may do now: complete it, return it, close it."""
    possible = possible_actions(Etat(row.etat), merged=row.fusion_dans_id is not None)
    return [public for action, public in _ACTIONS.items() if action in possible]


def is_repeat(
    row: Sollicitation, *, action: ActionUsager, texte: str, given: Iterable[tuple[str, str]], present: Iterable[PieceJointe]
) -> bool:
    """True when the form was sent twice: what it says is the last thing that the person did, and its files are there already.

    `given`: name and SHA-256 of each file of the form.
    """
    known = {(piece.nom, piece.sha256) for piece in present}
    said = [event for event in row.evenements if event.acteur == USAGER and event.type != TypeEvenement.PIECE_JOINTE]
    return (
        bool(said)
        and said[-1].type == _EVENTS[action]
        and now() - said[-1].cree_le < _TWICE_WITHIN
        and str(said[-1].detail.get("texte") or "") == mask_secrets(clean(texte)).text
        and all(one in known for one in given)
    )


def _given(knowledge: Knowledge, row: Sollicitation) -> list[tuple[str, str]]:
    """Label and value of what was given, in the order of the checklist."""
    values = values_of(row)
    return [(besoin.libelle, shown(besoin, values[cle])) for cle, besoin in knowledge.besoins.items() if cle in values]


def is_same_subject(row: Sollicitation, *, categorie: str, siret: str | None, numero_facture: str | None) -> bool:
    """True when both are about the same invoice (of the same structure, if both name one), or without invoice the same kind."""
    if row.numero_facture and numero_facture:
        structures = {row.siret, siret} - {None}
        return row.numero_facture == numero_facture and len(structures) <= 1
    return row.categorie == categorie


async def reread(*, sessions: Sessions, sollicitation_id: int) -> Sollicitation:
    """A sollicitation as it is now, with its timeline."""
    async with sessions() as session:
        return await session.get_one(Sollicitation, sollicitation_id)


async def reread_by_number(*, sessions: Sessions, numero: str) -> Sollicitation:
    """The same by its number, for who has just written it."""
    async with sessions() as session:
        found: Sollicitation = (await session.scalars(select(Sollicitation).where(Sollicitation.numero == numero))).one()
        return found


async def open_of_conversation(*, sessions: Sessions, rasa_sender: str) -> list[Sollicitation]:
    """The open sollicitations that were written in a conversation, latest first; `rasa_sender` is its name for Rasa."""
    async with sessions() as session:
        found = await session.scalars(
            select(Sollicitation)
            .join(Conversation, Conversation.id == Sollicitation.conversation_id)
            .where(Conversation.rasa_sender == rasa_sender, Sollicitation.etat.in_(sorted(OUVERTES)))
            .order_by(Sollicitation.id.desc())
            .limit(MAX_OPEN_SHOWN)
        )
        return list(found)


async def renew_token(*, sessions: Sessions, numero: str, conversation_id: str) -> str | None:
    """A new secret for the follow-up link of a sollicitation of this conversation (the one before opens nothing any more).

    None when the conversation did not write it. The chat uses it so that the secret goes to the person only: neither Rasa nor the
    record of the conversation ever holds it.
    """
    token = new_token()
    async with write_transaction(sessions) as session:
        changed = await session.scalar(
            update(Sollicitation)
            .where(Sollicitation.numero == numero, Sollicitation.conversation_id == conversation_id)
            .values(jeton_hache=hash_token(token))
            .returning(Sollicitation.id)
        )
    return token if changed is not None else None
