"""`python -m assistant.helpdesk.first_administrator`: create the first administrator, and print the one-time password.

`make run` runs it after the migrations. The password goes to the terminal only, never to a log; with `--reinitialiser ADRESSE` a
new one is given to an account whose password is lost.
"""

import asyncio
from typing import Annotated

import typer
from sqlalchemy import select

from assistant.database import create_engine, create_sessions
from assistant.helpdesk import accounts
from assistant.helpdesk.models import Agent
from assistant.settings import Settings


def main(
    reinitialiser: Annotated[str | None, typer.Option(help="Adresse du compte qui reçoit un nouveau mot de passe.")] = None,
) -> None:
    """Premier administrateur du centre d'aide."""
    settings = Settings()
    told = asyncio.run(_run(settings, reinitialiser))
    if told:
        typer.echo(told)


async def _run(settings: Settings, reset: str | None) -> str | None:
    engine = create_engine(settings.resolved_database_url)
    sessions = create_sessions(engine)
    try:
        if reset is not None:
            async with sessions() as session:
                agent_id = await session.scalar(select(Agent.id).where(Agent.identifiant == reset.strip().lower()))
            if agent_id is None:
                raise typer.BadParameter("aucun compte n'a cette adresse", param_hint="--reinitialiser")
            identifiant, password = reset.strip().lower(), await accounts.reset_password(sessions=sessions, agent_id=agent_id)
        else:
            identifiant = settings.helpdesk_administrator
            given = await accounts.ensure_first_administrator(sessions=sessions, identifiant=identifiant)
            if given is None:
                return None
            password = given
    finally:
        await engine.dispose()
    return (
        f"Centre d'aide : /helpdesk\n  identifiant : {identifiant}\n  mot de passe à usage unique : {password}\n"
        "  (affiché cette seule fois ; à changer à la première connexion)"
    )


if __name__ == "__main__":
    typer.run(main)
