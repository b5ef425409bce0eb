"""Any sequence of what agents, the person and the desk itself do: what must hold, holds. Real database, SQLite."""

import asyncio
import atexit
import shutil
import tempfile
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import func, select

from assistant.database import create_engine, create_sessions
from assistant.helpdesk.enums import Role
from assistant.helpdesk.queues import File, count_queues
from assistant.sollicitations import lifecycle
from assistant.sollicitations.enums import Etat, Priorite
from assistant.sollicitations.models import Sollicitation
from assistant.sollicitations.transitions import TOUR_DE_L_USAGER, TOUR_DU_SERVICE
from tests.support.http import sqlite_url
from tests.support.migrations import migrate
from tests.support.services import real_desk
from tests.support.sollicitations import Helpdesk, new_agent, read

ANSWERS = st.sampled_from(["Voici.", "Videz le cache.", "Écrivez à l'éditeur."])
AGENTS = st.integers(0, 2)
REFUSALS = (lifecycle.TransitionRefused, lifecycle.Conflict)


@dataclass
class Known:
    """What the test believes of one sollicitation."""

    id: int
    version: int
    events: list[tuple[int, str, str]] = field(default_factory=list)
    # Its columns when it was merged.
    before: dict[str, Any] | None = None


@cache
def template() -> Path:
    """A migrated database, made once."""
    directory = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, directory)
    path = Path(directory) / "choriste.db"
    migrate(sqlite_url(path))
    return path


def columns(row: Sollicitation) -> dict[str, Any]:
    skipped = {"version", "maj_le", "texte_recherche", "fusion_dans_id"}
    return {column.key: getattr(row, column.key) for column in Sollicitation.__table__.columns if column.key not in skipped}


class Life(RuleBasedStateMachine):
    """Random days at the desk."""

    rows = Bundle("rows")

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.directory = tempfile.TemporaryDirectory()
        database = Path(self.directory.name) / "choriste.db"
        shutil.copy(template(), database)
        self.engine = create_engine(sqlite_url(database))
        self.helpdesk = Helpdesk(create_sessions(self.engine), real_desk())
        self.known: dict[int, Known] = {}

    def teardown(self) -> None:
        self.run(self.engine.dispose())
        self.loop.close()
        self.directory.cleanup()

    def run(self, call: Any) -> Any:
        return self.loop.run_until_complete(call)

    @initialize()
    def people(self) -> None:
        sessions = self.helpdesk.sessions
        self.agents = [
            self.run(new_agent(sessions, "Anne")),
            self.run(new_agent(sessions, "Bruno")),
            self.run(new_agent(sessions, "Chef", Role.SUPERVISEUR)),
        ]

    def attempt(self, name: str, id_: int, agent: int | None = None, touches: int = 1, **options: Any) -> Sollicitation | None:
        """Do it; the version grows by one, or everything is as it was."""
        before = self.run(read(self.helpdesk.sessions, id_))
        who = None if agent is None else self.agents[agent]
        try:
            changed: Sollicitation = self.run(self.helpdesk.do(name, before, who, **options))
        except REFUSALS:
            after = self.run(read(self.helpdesk.sessions, id_))
            assert (after.version, columns(after)) == (before.version, columns(before))
            return None
        assert changed.version == before.version + 1
        self.known[id_].version = changed.version
        return changed

    # --- what people do ---------------------------------------------------------------------------------------------

    @rule(target=rows, priorite=st.sampled_from(list(Priorite)))
    def write(self, priorite: Priorite) -> int:
        row = self.run(self.helpdesk.write(priorite=priorite))
        self.known[row.id] = Known(row.id, 1)
        return int(row.id)

    @rule(id_=rows, agent=AGENTS)
    def take(self, id_: int, agent: int) -> None:
        row = self.attempt("take", id_, agent)
        assert row is None or (row.etat == Etat.AFFECTEE and row.agent_id == self.agents[agent].id)

    @rule(id_=rows, agent=AGENTS, to=AGENTS)
    def assign(self, id_: int, agent: int, to: int) -> None:
        row = self.attempt("assign", id_, agent, to_agent_id=self.agents[to].id)
        assert row is None or row.agent_id == self.agents[to].id

    @rule(id_=rows, agent=AGENTS)
    def hand_back(self, id_: int, agent: int) -> None:
        row = self.attempt("hand_back", id_, agent)
        assert row is None or (row.agent_id is None and row.etat != Etat.AFFECTEE)

    @rule(id_=rows, agent=AGENTS, texte=ANSWERS)
    def ask(self, id_: int, agent: int, texte: str) -> None:
        row = self.attempt("ask_complement", id_, agent, texte=texte, pieces=["siret"])
        assert row is None or row.etat == Etat.COMPLEMENT_DEMANDE

    @rule(id_=rows, agent=AGENTS, texte=ANSWERS)
    def propose(self, id_: int, agent: int, texte: str) -> None:
        row = self.attempt("propose_solution", id_, agent, texte=texte)
        assert row is None or (row.etat == Etat.SOLUTION_PROPOSEE and row.agent_id is not None)

    @rule(id_=rows, agent=AGENTS)
    def transfer(self, id_: int, agent: int) -> None:
        row = self.attempt("transfer", id_, agent, texte="Écrivez à la mairie.")
        assert row is None or row.route == "organisme_public"

    @rule(id_=rows, agent=AGENTS)
    def note(self, id_: int, agent: int) -> None:
        assert self.attempt("add_note", id_, agent, texte="Vu.") is not None

    @rule(id_=rows, agent=AGENTS, priorite=st.sampled_from(list(Priorite)))
    def modify(self, id_: int, agent: int, priorite: Priorite) -> None:
        self.attempt("modify", id_, agent, changes={"priorite": priorite.value})

    @rule(id_=rows, agent=AGENTS)
    def close(self, id_: int, agent: int) -> None:
        self.attempt("close", id_, agent, motif="solution_acceptee")

    @rule(id_=rows, texte=ANSWERS)
    def complete(self, id_: int, texte: str) -> None:
        root = self.root_of(id_)
        before = self.run(read(self.helpdesk.sessions, root))
        if self.attempt("add_complement", id_, texte=texte) is not None and root != id_:
            assert self.run(read(self.helpdesk.sessions, root)).version == before.version + 1
            self.known[root].version += 1

    @rule(id_=rows, texte=ANSWERS)
    def send_back(self, id_: int, texte: str) -> None:
        row = self.attempt("send_back", id_, texte=texte)
        assert row is None or row.etat == Etat.RENVOYEE

    @rule(id_=rows)
    def close_by_person(self, id_: int) -> None:
        self.attempt("close_by_person", id_)

    @rule(id_=rows, into=rows, agent=AGENTS)
    def merge(self, id_: int, into: int, agent: int) -> None:
        before = self.run(read(self.helpdesk.sessions, id_))
        if self.attempt("merge", id_, agent, into_id=into) is not None:
            self.known[into].version += 1
            self.known[id_].before = columns(before)

    @rule(id_=rows, agent=AGENTS)
    def unmerge(self, id_: int, agent: int) -> None:
        row = self.run(read(self.helpdesk.sessions, id_))
        into = row.fusion_dans_id
        apart = self.attempt("unmerge", id_, agent)
        if apart is not None:
            self.known[into].version += 1
            assert columns(apart) == self.known[id_].before

    def root_of(self, id_: int) -> int:
        while True:
            row = self.run(read(self.helpdesk.sessions, id_))
            if row.fusion_dans_id is None:
                return id_
            id_ = row.fusion_dans_id

    # --- what must hold ---------------------------------------------------------------------------------------------

    @invariant()
    def all_holds(self) -> None:
        for row in self.run(self.stored()):
            self.check_timeline(row, self.known[row.id])
            check_states(row)
            check_clock(row)

    async def stored(self) -> list[Sollicitation]:
        async with self.helpdesk.sessions() as session:
            return list(await session.scalars(select(Sollicitation)))

    def check_timeline(self, row: Sollicitation, known: Known) -> None:
        """Events only grow; so does the version, by one with each change."""
        events = [(event.id, event.type, str(event.detail)) for event in row.evenements]
        assert events[: len(known.events)] == known.events
        assert row.version == known.version
        known.events = events

    @invariant()
    def the_counters_are_right(self) -> None:
        if not self.known:
            return
        told = self.run(count_queues(sessions=self.helpdesk.sessions, agent_id=self.agents[0].id))
        assert told == self.run(self.counted())

    async def counted(self) -> dict[File, int]:
        row = Sollicitation
        is_open = [row.etat != Etat.CLOTUREE, row.fusion_dans_id.is_(None)]
        conditions = {
            File.A_TRIER: [*is_open, row.etat == Etat.SOUMISE],
            File.LES_MIENNES: [*is_open, row.agent_id == self.agents[0].id],
            File.NON_AFFECTEES: [*is_open, row.agent_id.is_(None)],
            File.ATTENTE_USAGER: [*is_open, row.etat.in_(TOUR_DE_L_USAGER)],
            File.RENVOYEES: [*is_open, row.etat == Etat.RENVOYEE],
            File.EN_RETARD: [*is_open, row.echeance_le < func.now()],
            File.CLOSES: [row.etat == Etat.CLOTUREE],
        }
        async with self.helpdesk.sessions() as session:
            return {
                file: await session.scalar(select(func.count()).select_from(row).where(*where)) or 0
                for file, where in conditions.items()
            }


def check_states(row: Sollicitation) -> None:
    """The state is where the timeline leads, step by step."""
    moves = [(event.detail.get("avant"), event.detail["etat"]) for event in row.evenements if "etat" in event.detail]
    assert moves[-1][1] == row.etat
    assert all(after[0] == before[1] for before, after in pairwise(moves))
    assert row.etat != Etat.AFFECTEE or row.agent_id is not None


def check_clock(row: Sollicitation) -> None:
    """Running, standing or ended, as the state has it."""
    assert (row.echeance_le is not None) == (row.etat in TOUR_DU_SERVICE)
    assert (row.secondes_restantes is not None) == (row.etat in TOUR_DE_L_USAGER)
    assert (row.cloture_le is not None) == (row.motif_cloture is not None) == (row.etat == Etat.CLOTUREE)


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=20, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
