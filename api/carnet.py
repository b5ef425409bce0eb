"""The carnet of a person: how a browser proves that it is theirs. Pages of journeys and of quizzes share this.

The secret of the private link comes after « # », as that of a sollicitation's follow-up link does (docs/security.md); it is
exchanged at once for a cookie. A carnet holds no personal data: only which steps are done and which answers were given.
"""

import re
from collections.abc import Sequence

from fastapi import Request, Response

from api.dependencies import Context
from api.errors import Problem
from api.helpdesk import access
from assistant.conversations.schemas import MessagePublic
from assistant.journeys import service

COOKIE = "carnet"
COOKIE_SECONDS = 90 * 24 * 3600
PATH = "/parcours/reprendre"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,100}")
_LINK = re.compile(r"(?:#|^)([A-Za-z0-9_-]{20,100})\s*$")
_PLAIN_LINK = re.compile(r"\]\(/parcours/reprendre\)")


def link(request: Request, token: str) -> str:
    """The private link. Browsers never send what stands after « # »: no log and no Referer holds it."""
    return f"{str(request.base_url).rstrip('/')}{PATH}#{token}"


def read_link(text: str) -> str:
    """The secret of a link that was pasted, or nothing."""
    found = _LINK.search(text.strip())
    return found.group(1) if found else ""


async def find(request: Request, context: Context) -> tuple[str | None, str]:
    """The carnet that this browser may open, and its secret; nothing when it has none."""
    token = access.read_cookie(COOKIE, request, context.settings)
    if not _TOKEN.fullmatch(token):
        return None, ""
    carnet_id = await service.carnet_by_token(sessions=context.services.sessions, token=token)
    return (carnet_id, token) if carnet_id is not None else (None, "")


async def find_or_open(request: Request, context: Context) -> tuple[str, str]:
    """The browser's carnet, or a new one. Raises Problem (429) when one address opens too many."""
    carnet_id, token = await find(request, context)
    if carnet_id is not None:
        return carnet_id, token
    wait = context.conversations_throttle.seconds_to_wait(f"carnet:{_address(request)}")
    if wait:
        raise _too_many(wait)
    return await service.open_carnet(sessions=context.services.sessions)


async def prove(request: Request, context: Context, token: str) -> bool:
    """True when the secret opens a carnet. Failures are counted by address. Raises Problem (429)."""
    wait = context.follow_up_throttle.seconds_left(_address(request))
    if wait:
        raise _too_many(wait)
    known = _TOKEN.fullmatch(token) and await service.carnet_by_token(sessions=context.services.sessions, token=token)
    if not known:
        context.follow_up_throttle.seconds_to_wait(_address(request))
    return bool(known)


def remember(response: Response, request: Request, context: Context, token: str) -> None:
    """Keep the secret in this browser."""
    access.set_cookie(response, COOKIE, token, request, context.settings, seconds=COOKIE_SECONDS)


def forget(response: Response, request: Request, context: Context) -> None:
    """Take it back."""
    access.drop_cookie(response, COOKIE, request, context.settings)


async def with_private_link(context: Context, conversation_id: str, messages: Sequence[MessagePublic]) -> list[MessagePublic]:
    """The messages as the person gets them: « /parcours/reprendre » holds the secret of this conversation's carnet.

    Only here: the record of the conversation and Rasa know the address without it.
    """
    shown = []
    for message in messages:
        if _PLAIN_LINK.search(message.text):
            token = await service.new_link(sessions=context.services.sessions, conversation_id=conversation_id)
            if token is not None:
                text = _PLAIN_LINK.sub(f"]({PATH}#{token})", message.text)
                message = message.model_copy(update={"text": text})
        shown.append(message)
    return shown


def _address(request: Request) -> str:
    return request.client.host if request.client else "?"


def _too_many(wait: int) -> Problem:
    return Problem(429, "trop_de_demandes", f"Trop de demandes à la suite. Attendez {wait} secondes.", {"Retry-After": str(wait)})
