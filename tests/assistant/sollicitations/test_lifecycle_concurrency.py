"""Many at once: one wins, the others are told, nothing is lost and nothing waits for ever. Real connections, both engines."""

import asyncio
from collections import Counter

import pytest

from assistant.sollicitations.enums import Etat
from assistant.sollicitations.lifecycle import Conflict, TransitionRefused
from tests.support.sollicitations import Helpdesk, new_agent, read


async def outcomes(*calls: object) -> list[object]:
    return await asyncio.gather(*calls, return_exceptions=True)  # type: ignore[call-overload,no-any-return]


@pytest.mark.parametrize("attempt", range(5))
async def test_of_eight_who_take_the_same_one_exactly_one_wins_and_the_others_hear_the_name(
    helpdesk: Helpdesk, attempt: int
) -> None:
    agents = [await new_agent(helpdesk.sessions, f"Agent {number}") for number in range(8)]
    row = await helpdesk.write()
    results = await outcomes(*(helpdesk.do("take", row, agent) for agent in agents))
    after = await read(helpdesk.sessions, row.id)
    [winner] = [agent for agent in agents if agent.id == after.agent_id]
    assert (after.etat, after.version) == (Etat.AFFECTEE, 2)
    assert [event.type for event in after.evenements] == ["soumission", "affectation"]
    losers = [result for result in results if isinstance(result, BaseException)]
    assert len(losers) == 7
    for lost in losers:
        assert isinstance(lost, Conflict)
        assert lost.agent_nom == winner.nom
        assert winner.nom in str(lost)


async def test_an_answer_and_a_closing_by_the_person_at_once_leave_one_of_both(helpdesk: Helpdesk) -> None:
    anne = await new_agent(helpdesk.sessions)
    row = await helpdesk.write_in(Etat.AFFECTEE, anne)
    answer, closing = await outcomes(
        helpdesk.do("propose_solution", row, anne, texte="Voici."), helpdesk.do("close_by_person", row)
    )
    after = await read(helpdesk.sessions, row.id)
    assert not isinstance(closing, BaseException)
    assert after.etat == Etat.CLOTUREE
    if isinstance(answer, BaseException):
        assert isinstance(answer, Conflict)
        assert answer.agent_nom is None
    expected = ["reponse", "cloture"] if not isinstance(answer, BaseException) else ["cloture"]
    assert [event.type for event in after.evenements[2:]] == expected


async def test_words_of_the_person_and_notes_at_once_are_all_kept(helpdesk: Helpdesk) -> None:
    anne = await new_agent(helpdesk.sessions)
    row = await helpdesk.write_in(Etat.COMPLEMENT_DEMANDE, anne)
    results = await outcomes(
        *(helpdesk.do("add_complement", row, texte=f"complementaire{number}") for number in range(6)),
        *(helpdesk.do("add_note", row, anne, texte=f"annotation{number}") for number in range(6)),
    )
    assert [result for result in results if isinstance(result, BaseException)] == []
    after = await read(helpdesk.sessions, row.id)
    assert after.version == row.version + 12
    assert Counter(event.type for event in after.evenements[3:]) == {"complement": 6, "note": 6}
    for number in range(6):
        assert f"complementaire{number}" in after.texte_recherche
        assert f"annotation{number}" in after.texte_recherche
    assert sum("etat" in event.detail for event in after.evenements[3:]) == 1


@pytest.mark.parametrize("attempt", range(5))
async def test_two_that_are_merged_into_each_other_at_once_make_no_circle(helpdesk: Helpdesk, attempt: int) -> None:
    anne, bruno = await new_agent(helpdesk.sessions, "Anne"), await new_agent(helpdesk.sessions, "Bruno")
    first, second = await helpdesk.write(), await helpdesk.write()
    results = await asyncio.wait_for(
        outcomes(helpdesk.do("merge", first, anne, into_id=second.id), helpdesk.do("merge", second, bruno, into_id=first.id)), 20
    )
    refused = [result for result in results if isinstance(result, BaseException)]
    assert len(refused) == 1
    assert isinstance(refused[0], Conflict | TransitionRefused)
    links = {(await read(helpdesk.sessions, row.id)).fusion_dans_id for row in (first, second)}
    assert None in links and len(links) == 2


async def test_merging_and_completing_at_once_wait_for_nobody_for_ever(helpdesk: Helpdesk) -> None:
    anne = await new_agent(helpdesk.sessions)
    root = await helpdesk.write()
    others = [await helpdesk.write() for _ in range(5)]
    merged = [await helpdesk.do("merge", row, anne, into_id=root.id) for row in others]
    results = await asyncio.wait_for(
        outcomes(
            *(helpdesk.do("add_complement", row, texte="Encore un mot.") for row in merged),
            *(helpdesk.do("add_note", root, anne, texte="Une note.") for _ in range(5)),
            *(helpdesk.do("unmerge", row, anne) for row in merged),
        ),
        30,
    )
    unexpected = [result for result in results if isinstance(result, BaseException) and not isinstance(result, Conflict)]
    assert unexpected == []
    after = await read(helpdesk.sessions, root.id)
    told = Counter(event.type for event in after.evenements)
    assert told["note"] == 5
    assert after.version == len(after.evenements)
