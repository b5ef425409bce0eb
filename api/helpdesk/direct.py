"""Live conversations: availability, who waits, writing to the person, giving back to the bot."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response, StreamingResponse

from api import live, sse
from api.dependencies import Context, ContextDep
from api.errors import Problem
from api.helpdesk import views
from api.helpdesk.access import Desk, DeskDep
from api.helpdesk.broadcast import DESK
from api.helpdesk.context import Console, ConsoleDep
from assistant.conversations import service as conversations
from assistant.database import now
from assistant.helpdesk import relay
from assistant.helpdesk.enums import Relais
from assistant.masking import mask_secrets
from assistant.text import clean, has_words

router = APIRouter(prefix="/helpdesk/direct")

MAX_CHARACTERS = 4000

Text = Annotated[str, Form(max_length=20_000)]


@router.get("")
async def show_live(request: Request, context: ContextDep, desk: DeskDep) -> HTMLResponse:
    """Who waits, who talks with whom, and one's own availability."""
    sessions = context.services.sessions
    found = await relay.availability(sessions=sessions, hours=context.services.desk.hours, moment=now())
    return views.page(
        request,
        "direct",
        desk,
        en_direct=await relay.list_live(sessions=sessions, texts=context.services.knowledge.textes),
        ouvert=found.is_open,
        retour=relay.back_again(context.services.knowledge.textes, found, now()),
    )


@router.post("/disponibilite")
async def set_availability(context: ContextDep, console: ConsoleDep, desk: DeskDep, disponible: Text = "") -> Response:
    """Say that one is ready for live conversations, or not any more."""
    ready = disponible == "1"
    await relay.set_available(sessions=context.services.sessions, agent_id=desk.agent.id, available=ready)
    console.broadcaster.publish(DESK)
    return views.go(f"/helpdesk/direct?fait={'disponible' if ready else 'indisponible'}")


@router.post("/signe")
async def give_sign(context: ContextDep, desk: DeskDep) -> JSONResponse:
    """The console is still open; without a sign for two minutes the agent counts as gone."""
    available = await relay.give_sign_of_life(sessions=context.services.sessions, agent_id=desk.agent.id)
    return JSONResponse({"disponible": available})


@router.get("/{conversation_id}")
async def show_conversation(conversation_id: str, request: Request, context: ContextDep, desk: DeskDep) -> HTMLResponse:
    """One live conversation: recap, history, what to write."""
    return await _page(conversation_id, request, context, desk)


@router.post("/{conversation_id}/prendre")
async def accept(conversation_id: str, request: Request, context: ContextDep, console: ConsoleDep, desk: DeskDep) -> Response:
    """Take it; of two agents at once one wins, the other is told."""
    try:
        await relay.accept(
            sessions=context.services.sessions,
            texts=context.services.knowledge.textes,
            conversation_id=conversation_id,
            agent=desk.agent,
        )
    except relay.AlreadyTaken as error:
        who = f" {error.agent_nom} l'a déjà prise." if error.agent_nom else ""
        return await _page(conversation_id, request, context, desk, erreur=f"{error}{who}", status=409)
    _call(console, conversation_id)
    return views.go(f"/helpdesk/direct/{conversation_id}?fait=direct_pris")


@router.post("/{conversation_id}/messages")
async def write(
    conversation_id: str, request: Request, context: ContextDep, console: ConsoleDep, desk: DeskDep, texte: Text = ""
) -> Response:
    """Write to the person. Secrets are masked before anything is stored."""
    typed = clean(texte)
    error = ""
    if not has_words(typed):
        error = "Écrivez votre message."
    elif len(typed) > MAX_CHARACTERS:
        error = f"Votre message a {len(typed)} caractères ; {MAX_CHARACTERS} au plus. Raccourcissez-le."
    else:
        try:
            await relay.say(
                sessions=context.services.sessions,
                conversation_id=conversation_id,
                agent=desk.agent,
                text=mask_secrets(typed).text,
            )
        except relay.NotYours as problem:
            error = str(problem)
    if error:
        return await _page(conversation_id, request, context, desk, erreur=error, saisie=texte, status=422)
    _call(console, conversation_id)
    if "text/html" not in request.headers.get("accept", ""):
        return Response(status_code=204)
    return views.go(f"/helpdesk/direct/{conversation_id}#ecrire")


@router.post("/{conversation_id}/rendre")
async def hand_back(conversation_id: str, request: Request, context: ContextDep, console: ConsoleDep, desk: DeskDep) -> Response:
    """Give the conversation back to the bot."""
    try:
        await relay.hand_back(
            sessions=context.services.sessions,
            texts=context.services.knowledge.textes,
            conversation_id=conversation_id,
            agent=desk.agent,
        )
    except relay.NotYours as error:
        return await _page(conversation_id, request, context, desk, erreur=str(error), status=409)
    _call(console, conversation_id)
    return views.go("/helpdesk/direct?fait=direct_rendu")


@router.get("/{conversation_id}/flux")
async def watch(
    conversation_id: str, context: ContextDep, console: ConsoleDep, desk: DeskDep, apres: str = ""
) -> StreamingResponse:
    """`message` for each new message, `relais` when the conversation changes hands; ends when the bot answers again."""
    await _check_live(context, conversation_id)
    return sse.stream(live.conversation_events(context, console.broadcaster, conversation_id, apres, with_user=True))


def _call(console: Console, conversation_id: str) -> None:
    live.call(console.broadcaster, conversation_id)


async def _check_live(context: Context, conversation_id: str) -> relay.State:
    """Agents read conversations that await or have somebody, and no others."""
    state = await relay.state(sessions=context.services.sessions, conversation_id=conversation_id)
    if not conversation_id.isprintable() or state.relais is None:
        raise Problem(404, "conversation_terminee", "Cette conversation n'attend plus personne.")
    return state


async def _page(
    conversation_id: str,
    request: Request,
    context: Context,
    desk: Desk,
    *,
    erreur: str = "",
    saisie: str = "",
    status: int = 200,
) -> HTMLResponse:
    sessions, knowledge = context.services.sessions, context.services.knowledge
    state = await relay.state(sessions=sessions, conversation_id=conversation_id)
    if state.relais is None and not erreur:
        raise Problem(404, "conversation_terminee", "Cette conversation n'attend plus personne.")
    messages = []
    if state.relais is not None:
        messages = await conversations.list_messages(sessions=sessions, conversation_id=conversation_id)
    return views.page(
        request,
        "direct_conversation",
        desk,
        status=status,
        id=conversation_id,
        etat=state,
        a_moi=state.relais is Relais.AGENT and state.agent_id == desk.agent.id,
        messages=messages,
        resume=await relay.recap(sessions=sessions, knowledge=knowledge, conversation_id=conversation_id) if messages else "",
        erreur=erreur,
        saisie=saisie,
    )
