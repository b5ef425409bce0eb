"""All routes of the console behind one guard (api/helpdesk/access), and what the console keeps."""

from fastapi import APIRouter, Depends

from api.helpdesk import administration, direct, files, flux, learning, login, oidc, sollicitation, supervision
from api.helpdesk.access import guard
from api.helpdesk.broadcast import InProcessBroadcaster
from api.helpdesk.context import Console
from api.helpdesk.oidc import OidcProvider
from api.throttle import Throttle
from assistant.helpdesk.group_board import GroupBoard
from assistant.helpdesk.reply_models import load_reply_models
from assistant.knowledge.load import Knowledge
from assistant.settings import Settings

# The guard is the router's own: no route of the console can forget it. Each part carries its whole prefix itself, since a route
# knows only its own path, and the guard looks it up by that.
router = APIRouter(dependencies=[Depends(guard)], include_in_schema=False)
for part in (login, oidc, administration, files, flux, direct, supervision, learning, sollicitation):
    router.include_router(part.router)


def build_console(settings: Settings, knowledge: Knowledge) -> Console:
    """What all requests to the console share. Raises KnowledgeError when the reply models are wrong."""
    return Console(
        broadcaster=InProcessBroadcaster(),
        logins_throttle=Throttle(settings.helpdesk_logins_per_minute),
        models=load_reply_models(settings.knowledge_dir, knowledge.categories),
        oidc=OidcProvider(settings) if settings.oidc_enabled else None,
        groups=GroupBoard(),
    )
