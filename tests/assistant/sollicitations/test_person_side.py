"""What the person who asks does with their sollicitation."""

import uuid

import pytest
from sqlalchemy import select

from assistant.sollicitations.enums import Etat, TypeEvenement
from assistant.sollicitations.lifecycle import NotFound, TransitionRefused
from assistant.sollicitations.models import PieceJointe
from tests.support.sollicitations import Helpdesk, new_agent, read


def piece(nom: str = "capture.png") -> PieceJointe:
    return PieceJointe(id=str(uuid.uuid4()), nom=nom, type_mime="image/png", taille=1234, sha256="0" * 64)


async def stored_pieces(helpdesk: Helpdesk, sollicitation_id: int) -> list[str]:
    async with helpdesk.sessions() as session:
        return list(await session.scalars(select(PieceJointe.nom).where(PieceJointe.sollicitation_id == sollicitation_id)))


@pytest.mark.parametrize(
    ("etat", "after"),
    [
        (Etat.SOUMISE, Etat.SOUMISE),
        (Etat.AFFECTEE, Etat.AFFECTEE),
        (Etat.COMPLEMENT_DEMANDE, Etat.COMPLEMENT_RECU),
        (Etat.COMPLEMENT_RECU, Etat.COMPLEMENT_RECU),
        (Etat.SOLUTION_PROPOSEE, Etat.COMPLEMENT_RECU),
        (Etat.RENVOYEE, Etat.RENVOYEE),
    ],
)
async def test_a_complement_is_welcome_at_any_moment(helpdesk: Helpdesk, etat: Etat, after: Etat) -> None:
    anne = await new_agent(helpdesk.sessions)
    row = await helpdesk.write_in(etat, anne)
    told = await helpdesk.do("add_complement", row, texte="J'ajoute ceci.")
    assert (told.etat, told.version, told.agent_id) == (after, row.version + 1, row.agent_id)
    assert told.echeance_le is not None
    event = told.evenements[-1]
    assert (event.type, event.acteur, event.detail["texte"]) == (TypeEvenement.COMPLEMENT, "usager", "J'ajoute ceci.")
    assert ("etat" in event.detail) is (etat != after)


async def test_files_come_with_the_words_or_alone(helpdesk: Helpdesk) -> None:
    row = await helpdesk.write(pieces=[piece("depart.pdf")])
    assert [event.type for event in row.evenements] == ["soumission", "piece_jointe"]
    row = await helpdesk.do("add_complement", row, texte="Voici l'écran.", pieces=[piece("a.png"), piece("b.png")])
    row = await helpdesk.do("add_complement", row, texte="", pieces=[piece("c.png")])
    assert sorted(await stored_pieces(helpdesk, row.id)) == ["a.png", "b.png", "c.png", "depart.pdf"]
    assert [event.type for event in row.evenements[2:]] == [
        "piece_jointe",
        "piece_jointe",
        "complement",
        "piece_jointe",
        "complement",
    ]
    assert row.version == 3


async def test_a_refused_complement_leaves_no_file_behind(helpdesk: Helpdesk) -> None:
    anne = await new_agent(helpdesk.sessions)
    row = await helpdesk.write_in(Etat.CLOTUREE, anne)
    with pytest.raises(TransitionRefused, match="est close"):
        await helpdesk.do("add_complement", row, texte="Trop tard ?", pieces=[piece()])
    assert await stored_pieces(helpdesk, row.id) == []
    assert (await read(helpdesk.sessions, row.id)).version == row.version


async def test_an_empty_complement_is_refused(quick_helpdesk: Helpdesk) -> None:
    row = await quick_helpdesk.write()
    with pytest.raises(TransitionRefused, match="Écrivez un texte"):
        await quick_helpdesk.do("add_complement", row, texte="  ")


async def test_an_answer_that_does_not_fit_goes_back_and_the_clock_runs_again(helpdesk: Helpdesk) -> None:
    anne = await new_agent(helpdesk.sessions)
    row = await helpdesk.write_in(Etat.SOLUTION_PROPOSEE, anne)
    back = await helpdesk.do("send_back", row, texte="Le problème est toujours là.")
    assert (back.etat, back.agent_id, back.secondes_restantes) == (Etat.RENVOYEE, anne.id, None)
    assert back.echeance_le is not None and row.secondes_restantes is not None
    left = helpdesk.desk.hours.seconds_between(back.maj_le, back.echeance_le)
    assert left == row.secondes_restantes


@pytest.mark.parametrize("etat", [Etat.SOUMISE, Etat.AFFECTEE, Etat.COMPLEMENT_DEMANDE, Etat.RENVOYEE, Etat.CLOTUREE])
async def test_nothing_goes_back_where_nothing_was_proposed(quick_helpdesk: Helpdesk, etat: Etat) -> None:
    row = await quick_helpdesk.write_in(etat, await new_agent(quick_helpdesk.sessions))
    with pytest.raises(TransitionRefused):
        await quick_helpdesk.do("send_back", row, texte="Non.")
    assert (await read(quick_helpdesk.sessions, row.id)).version == row.version


@pytest.mark.parametrize("etat", [Etat.SOUMISE, Etat.COMPLEMENT_DEMANDE, Etat.SOLUTION_PROPOSEE])
async def test_the_person_closes_it_themselves(helpdesk: Helpdesk, etat: Etat) -> None:
    row = await helpdesk.write_in(etat, await new_agent(helpdesk.sessions))
    closed = await helpdesk.do("close_by_person", row)
    assert (closed.etat, closed.motif_cloture, closed.agent_id) == (Etat.CLOTUREE, "par_la_personne", row.agent_id)
    assert (closed.echeance_le, closed.secondes_restantes, closed.cloture_le) == (None, None, closed.maj_le)
    assert closed.evenements[-1].acteur == "usager"
    with pytest.raises(TransitionRefused, match="est close"):
        await quick_close(helpdesk, closed.id)


async def quick_close(helpdesk: Helpdesk, sollicitation_id: int) -> None:
    await helpdesk.do("close_by_person", await read(helpdesk.sessions, sollicitation_id), texte="Merci.")


async def test_nothing_is_found_under_an_unknown_id(helpdesk: Helpdesk) -> None:
    row = await helpdesk.write()
    row.id = 10**9
    for name, options in (("add_complement", {"texte": "Bonjour."}), ("send_back", {"texte": "Non."}), ("close_by_person", {})):
        with pytest.raises(NotFound):
            await helpdesk.do(name, row, **options)
