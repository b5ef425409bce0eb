"""What is asked of a database of the measure: sensible values from what it holds, and the functions that the console calls."""

import random
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from sqlalchemy import func, select, text

from assistant.database import Sessions
from assistant.helpdesk.queues import File, Filters, Tri, count_queues, list_queue
from assistant.sollicitations.enums import Priorite
from assistant.sollicitations.models import Sollicitation

PAGE = 50

# Four letters and figures, as fictitious.py makes them.
_REFERENCE = re.compile(r"[a-z]{4}\d{3,4}")

Call = Callable[[], Awaitable[object]]


@dataclass
class Sample:
    """What a database holds, to ask it sensible things."""

    agents: list[int]
    rows: list[tuple[int, str, str, str | None, str]]
    chance: random.Random = field(default_factory=lambda: random.Random(7))

    def row(self) -> tuple[int, str, str, str | None, str]:
        """Id, number, SIRET, invoice, search text of one that is there."""
        return self.chance.choice(self.rows)

    def two_numbers(self) -> list[str]:
        """Of two different ones."""
        return [row[1] for row in self.chance.sample(self.rows, 2)]

    def agent(self) -> int:
        return self.chance.choice(self.agents)

    def rare_word(self) -> str:
        """A reference such as « LEMP8934 », which only few texts hold."""
        words = (word for row in iter(self.row, None) for word in row[4].split())
        return next(word for word in words if _REFERENCE.fullmatch(word))


async def draw(sessions: Sessions) -> Sample:
    """Agents and 400 rows from all over."""
    async with sessions() as session:
        last = await session.scalar(select(func.max(Sollicitation.id))) or 0
        ids = random.Random(3).sample(range(1, last + 1), min(400, last))
        columns = (Sollicitation.id, Sollicitation.numero, Sollicitation.siret, Sollicitation.numero_facture)
        rows = await session.execute(select(*columns, Sollicitation.texte_recherche).where(Sollicitation.id.in_(ids)))
        agents = await session.scalars(text("SELECT id FROM agent ORDER BY id"))
        return Sample(list(agents), [tuple(row) for row in rows])


def operations(sessions: Sessions, sample: Sample) -> dict[str, Call]:
    """What is measured, by name; each call asks for something else of its kind."""

    def page(file: File | None, sort: Tri = Tri.ECHEANCE, **filters: Callable[[], object]) -> Call:
        def call() -> Awaitable[object]:
            given = Filters(**{name: value() for name, value in filters.items()})  # type: ignore[arg-type]
            return list_queue(sessions=sessions, file=file, agent_id=sample.agent(), filters=given, sort=sort, size=PAGE)

        return call

    async def deep(file: File, sort: Tri) -> object:
        after = None
        for _ in range(4):
            found = await list_queue(sessions=sessions, file=file, agent_id=sample.agent(), sort=sort, after=after, size=200)
            after = found.suite
        started = time.perf_counter()
        await list_queue(sessions=sessions, file=file, agent_id=sample.agent(), sort=sort, after=after, size=PAGE)
        return (time.perf_counter() - started) * 1000

    async def detail() -> object:
        async with sessions() as session:
            return await session.get_one(Sollicitation, sample.row()[0])

    found: dict[str, Call] = {"counts of all queues": lambda: count_queues(sessions=sessions, agent_id=sample.agent())}
    for file in (*File, None):
        for sort in Tri:
            found[f"{file or 'everything'}, by {sort}"] = page(file, sort)
    for file, sort in ((File.ATTENTE_USAGER, Tri.ECHEANCE), (File.CLOSES, Tri.RECENTES), (File.CLOSES, Tri.PRIORITE)):
        found[f"{file}, by {sort}, fifth page"] = lambda file=file, sort=sort: deep(file, sort)
    categories = ["connexion", "facture_rejetee", "anomalie_portail"]
    narrowed: dict[str, dict[str, Callable[[], object]]] = {
        "category": {"categorie": lambda: sample.chance.choice(categories)},
        "priority": {"priorite": lambda: sample.chance.choice(list(Priorite))},
        "route": {"route": lambda: sample.chance.choice(["support", "gestionnaire"])},
        "agent": {"agent_id": sample.agent},
        "structure": {"siret": lambda: sample.row()[2]},
        "age": {"age_min_days": lambda: sample.chance.choice([7, 30, 300])},
        "category + urgent + agent": {
            "categorie": lambda: sample.chance.choice(categories),
            "priorite": lambda: Priorite.URGENTE,
            "agent_id": sample.agent,
        },
        "what nothing has": {"categorie": lambda: "aucune", "route": lambda: "support"},
    }
    for name, filters in narrowed.items():
        for file in (File.NON_AFFECTEES, File.ATTENTE_USAGER, File.CLOSES):
            found[f"{file}, filter: {name}"] = page(file, **filters)
    searched: dict[str, Callable[[], object]] = {
        "number": lambda: sample.row()[1],
        "SIRET": lambda: sample.row()[2],
        "invoice": lambda: next(row[3] for row in iter(sample.row, None) if row[3]),
        "rare word": sample.rare_word,
        "common word": lambda: sample.chance.choice(["facture", "erreur", "bonjour", "fictives"]),
        "three common words": lambda: "service acheteur facture",
        "common and rare": lambda: f"facture {sample.rare_word()}",
        "common words that never meet": lambda: "mairie maçonnerie",
        "two figures": lambda: str(sample.chance.randint(10, 28)),
        "start of a word": lambda: sample.chance.choice(["lemp", "barmo", "courv", "058"]),
        "nothing": lambda: "introuvable zzz",
    }
    for name, typed in searched.items():
        for file in (None, File.LES_MIENNES, File.CLOSES):
            found[f"{file or 'everything'}, search: {name}"] = page(file, Tri.RECENTES, texte=typed)
    found["detail with its timeline"] = detail
    return found
