"""The person who asks, and their sollicitation: the secret that proves it, and what they do with it. Pages and API share this."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import Request, Response

from api.dependencies import Context
from api.errors import Problem
from api.helpdesk import access
from api.helpdesk.broadcast import DESK
from api.helpdesk.context import Console
from assistant.conversations.enums import Kind
from assistant.conversations.schemas import MessagePublic
from assistant.database import now
from assistant.masking import Secret, mask_secrets
from assistant.sollicitations import attachments, follow_up, lifecycle, service
from assistant.sollicitations.attachments import Batch, Upload
from assistant.sollicitations.follow_up import ActionUsager, SuiviPublic
from assistant.sollicitations.models import Sollicitation
from assistant.sollicitations.opening import opening_words
from assistant.text import clean

COOKIE_SECONDS = 30 * 60
NUMERO = re.compile(r"CHO-\d{4}-\d{6,12}")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,100}")
_LINK = re.compile(r"/suivi/(CHO-\d{4}-\d{6,12})#([A-Za-z0-9_-]{20,100})")
_PLAIN_LINK = re.compile(r"\]\(/suivi/(CHO-\d{4}-\d{6,12})\)")
_MAX_COOKIES = 20


def link(numero: str, jeton: str) -> str:
    """The secret link. The secret stands after « # »: browsers never send that part, so no log and no Referer holds it."""
    return f"/suivi/{numero}#{jeton}"


def read_link(text: str) -> tuple[str, str] | None:
    """Number and secret of a link that was pasted, None when the text holds none."""
    found = _LINK.search(text)
    return (found.group(1), found.group(2)) if found else None


async def with_secret(context: Context, conversation_id: str, messages: Sequence[MessagePublic]) -> list[MessagePublic]:
    """The messages as the person gets them: the link of what was just written holds its secret.

    Only here: the record of the conversation and Rasa know the address without it, and it is given for no sollicitation but those
    of this very conversation.
    """
    shown = []
    for message in messages:
        found = _PLAIN_LINK.search(message.text) if message.kind is Kind.DONE else None
        if found is not None:
            numero = found.group(1)
            jeton = await follow_up.renew_token(
                sessions=context.services.sessions, numero=numero, conversation_id=conversation_id
            )
            if jeton is not None:
                text = f"{message.text[: found.start()]}]({link(numero, jeton)}){message.text[found.end() :]}"
                message = message.model_copy(update={"text": text})
        shown.append(message)
    return shown


# --- the proof ------------------------------------------------------------------------------------------------------


async def prove(request: Request, context: Context, numero: str, jeton: str) -> Sollicitation | None:
    """The sollicitation when the secret is its own. A wrong secret and an unknown number are one and the same answer.

    Failures are counted by address: with too many, nothing is looked up any more. Raises Problem (429).
    """
    wait = _wait(request, context)
    if wait:
        raise Problem(429, "trop_d_essais", f"Trop d'essais à la suite. Attendez {wait} secondes.", {"Retry-After": str(wait)})
    row = None
    if NUMERO.fullmatch(numero) and _TOKEN.fullmatch(jeton):
        row = await service.get_by_token(sessions=context.services.sessions, numero=numero, token=jeton)
    if row is None:
        context.follow_up_throttle.seconds_to_wait(_address(request))
    return row


def remember(response: Response, request: Request, context: Context, numero: str, jeton: str) -> None:
    """Keep the proof in the browser for half an hour, for this one sollicitation."""
    access.set_cookie(response, _cookie(numero), jeton, request, context.settings, seconds=COOKIE_SECONDS)


def forget(response: Response, request: Request, context: Context, numero: str) -> None:
    """Take the proof back."""
    access.drop_cookie(response, _cookie(numero), request, context.settings)


def remembered(request: Request, context: Context, numero: str) -> str:
    """The secret that the browser keeps for a sollicitation, or nothing."""
    return access.read_cookie(_cookie(numero), request, context.settings)


async def all_remembered(request: Request, context: Context) -> list[Sollicitation]:
    """The sollicitations for which this browser holds a valid proof; none while its address tries too many wrong ones."""
    found = []
    for name in list(request.cookies)[:_MAX_COOKIES]:
        numero = name.removeprefix("__Host-").removeprefix("suivi_")
        jeton = remembered(request, context, numero) if name.endswith(_cookie(numero)) else ""
        if jeton and not _wait(request, context):
            row = await prove(request, context, numero, jeton)
            found += [row] if row is not None else []
    return found


def _wait(request: Request, context: Context) -> int:
    return context.follow_up_throttle.seconds_left(_address(request))


def _address(request: Request) -> str:
    return request.client.host if request.client else "?"


def _cookie(numero: str) -> str:
    return f"suivi_{numero}"


# --- what the person sees and does ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Done:
    """What became of an action: the secrets that were masked in what was written."""

    masques: frozenset[Secret]


def opening(context: Context) -> str:
    """When the desk answers."""
    services = context.services
    return opening_words(textes=services.knowledge.textes, hours=services.desk.hours, moment=now())


async def read(context: Context, row: Sollicitation) -> SuiviPublic:
    """The state of a sollicitation whose secret was proved."""
    pieces = await attachments.list_pieces(sessions=context.services.sessions, sollicitation_id=row.id)
    return follow_up.state(desk=context.services.desk, row=row, pieces=pieces, moment=now())


async def act(
    context: Context, console: Console, row: Sollicitation, action: ActionUsager, texte: str, uploads: Sequence[Upload] = ()
) -> Done:
    """Complete, return or close; sent twice, it is done once.

    Raises lifecycle.TransitionRefused, attachments.RefusedFile, Problem.
    """
    wait = context.messages_throttle.seconds_to_wait(row.numero)
    if wait:
        raise Problem(
            429, "trop_de_demandes", f"Trop de demandes à la suite. Attendez {wait} secondes.", {"Retry-After": str(wait)}
        )
    async with context.turns.take(f"suivi:{row.numero}"), context.pieces.staged(uploads) as batch:
        if not await _is_repeat(context, row, action, texte, batch):
            await _do(context, row, action, texte, batch)
            console.broadcaster.publish(DESK)
        return Done(mask_secrets(clean(texte)).found | batch.masques)


async def _is_repeat(context: Context, row: Sollicitation, action: ActionUsager, texte: str, batch: Batch) -> bool:
    sessions = context.services.sessions
    fresh = await follow_up.reread(sessions=sessions, sollicitation_id=row.id)
    present = await attachments.list_pieces(sessions=sessions, sollicitation_id=row.id)
    given = [(one.nom, one.sha256) for one in batch.files]
    return follow_up.is_repeat(fresh, action=action, texte=texte, given=given, present=present)


async def _do(context: Context, row: Sollicitation, action: ActionUsager, texte: str, batch: Batch) -> None:
    services = context.services
    match action:
        case ActionUsager.COMPLEMENT:
            await attachments.check_room(sessions=services.sessions, sollicitation_id=row.id, batch=batch)
            async with attachments.recording(sessions=services.sessions, store=context.pieces, batch=batch) as pieces:
                await lifecycle.add_complement(
                    sessions=services.sessions, desk=services.desk, sollicitation_id=row.id, texte=texte, pieces=pieces
                )
        case ActionUsager.RENVOI:
            await lifecycle.send_back(sessions=services.sessions, desk=services.desk, sollicitation_id=row.id, texte=texte)
        case ActionUsager.CLOTURE:
            await lifecycle.close_by_person(
                sessions=services.sessions, desk=services.desk, sollicitation_id=row.id, texte=texte or None
            )
