"""Run by test_kill.py: writes and changes sollicitations as fast as it can, telling each one that was acknowledged.

Usage: python -m tests.assistant.sollicitations.change_until_killed DATABASE_URL
"""

import asyncio
import sys

from assistant.database import create_engine, create_sessions
from assistant.knowledge.load import load_knowledge
from assistant.settings import Settings
from assistant.sollicitations.desk import build_desk
from assistant.sollicitations.models import Sollicitation
from tests.support.paths import KNOWLEDGE
from tests.support.sollicitations import Helpdesk, new_agent


def acknowledge(row: Sollicitation) -> None:
    """The id and version that the caller now believes in."""
    sys.stdout.write(f"{row.id} {row.version}\n")
    sys.stdout.flush()


async def main(url: str) -> None:
    """Until somebody stops it."""
    desk = build_desk(settings=Settings(_env_file=None, environment="test"), knowledge=load_knowledge(KNOWLEDGE))
    helpdesk = Helpdesk(create_sessions(create_engine(url)), desk)
    anne = await new_agent(helpdesk.sessions)
    while True:
        row = await helpdesk.write()
        acknowledge(row)
        for name, agent, options in (
            ("ask_complement", anne, {"texte": "Quel message ?"}),
            ("add_complement", None, {"texte": "Celui-ci."}),
            ("propose_solution", anne, {"texte": "Voici."}),
            ("send_back", None, {"texte": "Non."}),
            ("close", anne, {"motif": "solution_acceptee"}),
        ):
            row = await helpdesk.do(name, row, agent, **options)
            acknowledge(row)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
