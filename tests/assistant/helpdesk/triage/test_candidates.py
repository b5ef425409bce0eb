"""What the database finds to compare with: by numbers and by words, bounded, on both engines."""

import uuid

import pytest
from sqlalchemy import update

from assistant.database import Sessions, transaction
from assistant.helpdesk.triage import candidates
from assistant.helpdesk.triage.candidates import Candidates, last_replies, read_candidates
from assistant.helpdesk.triage.engine import TriageEngine
from assistant.sollicitations.desk import Desk
from assistant.sollicitations.enums import Etat
from assistant.sollicitations.models import Sollicitation
from tests.support.sollicitations import Helpdesk, new_agent

OTHER = "35600000000048"


@pytest.fixture
def helpdesk(any_sessions: Sessions, desk: Desk) -> Helpdesk:
    """The functions of `lifecycle` on SQLite, then on PostgreSQL."""
    return Helpdesk(any_sessions, desk)


def address() -> str:
    """Somebody who has never written before."""
    return f"p{uuid.uuid4().hex[:12]}@exemple.fr"


async def candidates_of(helpdesk: Helpdesk, engine: TriageEngine, row: Sollicitation) -> Candidates:
    async with helpdesk.sessions() as session:
        return await read_candidates(session, row.id, engine.rare_words)


async def test_open_ones_are_found_by_siret_invoice_address_and_words(helpdesk: Helpdesk, engine: TriageEngine) -> None:
    mine, word = address(), f"zorglub{uuid.uuid4().hex[:6]}"
    one = await helpdesk.write(
        categorie="facture_suspendue",
        description="Facture suspendue, le justificatif manque.",
        contact=mine,
        numero_facture="FX-77",
    )
    by_siret = await helpdesk.write(description="Tout autre chose, vraiment.", contact=address())
    by_invoice = await helpdesk.write(
        categorie="facture_suspendue", siret=None, numero_facture="FX-77", description="Rien en commun ici.", contact=address()
    )
    by_address = await helpdesk.write(siret=OTHER, description="Encore un autre sujet.", contact=mine)
    by_words = await helpdesk.write(siret=OTHER, description=f"{word} : justificatif pour facture suspendue", contact=address())
    far = await helpdesk.write(siret=OTHER, description="Certificat SFTP périmé.", contact=address())
    found = await candidates_of(helpdesk, engine, one)
    assert found.demande.id == one.id
    assert found.demande.contact == mine
    ids = {other.id for other in found.open}
    assert {by_siret.id, by_invoice.id, by_address.id, by_words.id} <= ids
    assert one.id not in ids
    assert far.id not in ids
    assert found.solved == [] or all(other.id not in ids for other in found.solved if other.etat == Etat.CLOTUREE)


async def test_solved_ones_are_those_that_the_desk_answered(helpdesk: Helpdesk, engine: TriageEngine) -> None:
    agent, text = await new_agent(helpdesk.sessions), "Facture suspendue : quel justificatif faut-il ?"
    one = await helpdesk.write(description=text)
    proposed = await helpdesk.write_in(Etat.SOLUTION_PROPOSEE, agent, description=text)
    closed = await helpdesk.do("close", proposed, agent, motif="solution_acceptee")
    without_answer = await helpdesk.write_in(Etat.CLOTUREE, agent, description=text)
    still = await helpdesk.write_in(Etat.SOLUTION_PROPOSEE, agent, description=text)
    found = await candidates_of(helpdesk, engine, one)
    solved = {other.id for other in found.solved}
    assert {closed.id, still.id} <= solved
    assert without_answer.id not in solved
    assert still.id in {other.id for other in found.open}
    assert closed.id not in {other.id for other in found.open}
    async with helpdesk.sessions() as session:
        replies = await last_replies(session, [closed.id, without_answer.id])
    assert replies == {closed.id: "Videz le cache."}


async def test_merged_ones_and_made_up_ones_are_left_out(helpdesk: Helpdesk, engine: TriageEngine) -> None:
    agent, mine = await new_agent(helpdesk.sessions), address()
    one = await helpdesk.write(contact=mine)
    merged = await helpdesk.write(contact=mine)
    made_up = await helpdesk.write(contact=mine)
    await helpdesk.do("merge", merged, agent, into_id=one.id)
    async with transaction(helpdesk.sessions) as session:
        await session.execute(update(Sollicitation).where(Sollicitation.id == made_up.id).values(fictive=True))
    ids = {other.id for other in (await candidates_of(helpdesk, engine, one)).open}
    assert not {merged.id, made_up.id} & ids


async def test_however_many_there_are_a_bounded_number_is_read(
    helpdesk: Helpdesk, engine: TriageEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidates, "BY_IDENTIFIER", 3)
    monkeypatch.setattr(candidates, "BY_WORDS", 2)
    text, siret = "Facture suspendue, justificatif introuvable.", "44229377500031"
    rows = [await helpdesk.write(description=text, siret=siret, contact="meme@exemple.fr") for _ in range(12)]
    found = await candidates_of(helpdesk, engine, rows[0])
    assert 3 <= len(found.open) <= 3 + 3 + 2 + 2
    # The latest ones.
    assert {row.id for row in rows[-3:]} <= {other.id for other in found.open}


async def test_signs_that_a_search_would_read_as_its_own_are_words_only(helpdesk: Helpdesk, engine: TriageEngine) -> None:
    row = await helpdesk.write(
        description='suspendue* OR (justificatif) AND NOT "facture" : & | ! <-> \'; DROP TABLE sollicitation; --'
    )
    assert (await candidates_of(helpdesk, engine, row)).demande.id == row.id


async def test_what_does_not_exist_is_told(any_sessions: Sessions, engine: TriageEngine) -> None:
    async with any_sessions() as session:
        with pytest.raises(LookupError, match="n'existe pas"):
            await read_candidates(session, 999_999_999, engine.rare_words)
