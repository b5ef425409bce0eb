"""What the console keeps as long as the process lives."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from api.helpdesk.broadcast import Broadcaster
from api.helpdesk.oidc import OidcProvider
from api.throttle import Throttle
from assistant.helpdesk.group_board import GroupBoard
from assistant.helpdesk.reply_models import ReplyModel


@dataclass(frozen=True)
class Console:
    """Shared by all requests. `oidc` is absent when its settings are not complete."""

    broadcaster: Broadcaster
    logins_throttle: Throttle
    models: dict[str, ReplyModel]
    oidc: OidcProvider | None
    groups: GroupBoard


def get_console(request: Request) -> Console:
    """The process's console."""
    console: Console = request.app.state.console
    return console


ConsoleDep = Annotated[Console, Depends(get_console)]
