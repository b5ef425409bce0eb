"""Merging keeps both histories, redirects the duplicate, and is undone exactly."""

from typing import Any

import pytest

from assistant.sollicitations.enums import Etat, TypeEvenement
from assistant.sollicitations.lifecycle import Conflict, NotFound, TransitionRefused
from assistant.sollicitations.models import Sollicitation
from tests.support.sollicitations import Helpdesk, new_agent, read

# What a merge or its undoing changes beside the link itself.
_GROWS = {"version", "maj_le", "texte_recherche", "fusion_dans_id"}


def substance(row: Sollicitation) -> dict[str, Any]:
    """All columns but those that grow with each change."""
    return {column.key: getattr(row, column.key) for column in Sollicitation.__table__.columns if column.key not in _GROWS}


def told(row: Sollicitation) -> list[tuple[int, str, str, dict[str, Any]]]:
    return [(event.id, event.type, event.acteur, event.detail) for event in row.evenements]


async def test_a_duplicate_points_to_the_other_and_both_tell_it(helpdesk: Helpdesk) -> None:
    anne = await new_agent(helpdesk.sessions)
    duplicate, other = await helpdesk.write(), await helpdesk.write_in(Etat.AFFECTEE, anne)
    merged = await helpdesk.do("merge", duplicate, anne, into_id=other.id)
    assert (merged.fusion_dans_id, merged.version) == (other.id, 2)
    assert substance(merged) == substance(duplicate)
    assert told(merged)[:-1] == told(duplicate)
    assert told(merged)[-1][1:] == (TypeEvenement.FUSION, f"agent:{anne.id}", {"dans": other.numero, "agent_nom": "Anne"})
    after = await read(helpdesk.sessions, other.id)
    assert substance(after) == substance(other)
    assert after.version == other.version + 1
    assert told(after)[:-1] == told(other)
    assert told(after)[-1][3] == {"recue": duplicate.numero, "agent_nom": "Anne"}


@pytest.mark.parametrize("etat", [Etat.SOUMISE, Etat.AFFECTEE, Etat.COMPLEMENT_DEMANDE, Etat.SOLUTION_PROPOSEE, Etat.RENVOYEE])
async def test_taken_apart_again_it_is_as_before(helpdesk: Helpdesk, etat: Etat) -> None:
    anne = await new_agent(helpdesk.sessions)
    duplicate, other = await helpdesk.write_in(etat, anne), await helpdesk.write()
    merged = await helpdesk.do("merge", duplicate, anne, into_id=other.id)
    apart = await helpdesk.do("unmerge", merged, anne)
    assert substance(apart) == substance(duplicate)
    assert (apart.fusion_dans_id, apart.version) == (None, duplicate.version + 2)
    assert apart.texte_recherche == duplicate.texte_recherche
    assert told(apart)[:-2] == told(duplicate)
    assert [event.type for event in apart.evenements[-2:]] == ["fusion", "defusion"]
    assert substance(await read(helpdesk.sessions, other.id)) == substance(other)
    again = await helpdesk.do("merge", apart, anne, into_id=other.id)
    assert again.fusion_dans_id == other.id


async def test_it_is_taken_apart_even_when_the_other_is_closed_meanwhile(quick_helpdesk: Helpdesk) -> None:
    anne = await new_agent(quick_helpdesk.sessions)
    duplicate, other = await quick_helpdesk.write(), await quick_helpdesk.write()
    merged = await quick_helpdesk.do("merge", duplicate, anne, into_id=other.id)
    await quick_helpdesk.do("close", await read(quick_helpdesk.sessions, other.id), anne, motif="doublon")
    apart = await quick_helpdesk.do("unmerge", merged, anne)
    assert (apart.etat, apart.echeance_le) == (Etat.SOUMISE, duplicate.echeance_le)


async def test_nothing_is_merged_into_itself(quick_helpdesk: Helpdesk) -> None:
    anne = await new_agent(quick_helpdesk.sessions)
    row = await quick_helpdesk.write()
    with pytest.raises(TransitionRefused, match="avec elle-même"):
        await quick_helpdesk.do("merge", row, anne, into_id=row.id)


async def test_no_circle_and_no_merging_twice(helpdesk: Helpdesk) -> None:
    anne = await new_agent(helpdesk.sessions)
    first, second, third = await helpdesk.write(), await helpdesk.write(), await helpdesk.write()
    merged = await helpdesk.do("merge", first, anne, into_id=second.id)
    second = await read(helpdesk.sessions, second.id)
    with pytest.raises(TransitionRefused, match="elle-même regroupée"):
        await helpdesk.do("merge", second, anne, into_id=first.id)
    with pytest.raises(TransitionRefused, match="est regroupée avec une autre"):
        await helpdesk.do("merge", merged, anne, into_id=third.id)
    # A longer chain is one: the second goes into the third, and the third can go into neither.
    await helpdesk.do("merge", second, anne, into_id=third.id)
    third = await read(helpdesk.sessions, third.id)
    for one in (first, second):
        with pytest.raises(TransitionRefused, match="elle-même regroupée"):
            await helpdesk.do("merge", third, anne, into_id=one.id)


async def test_what_is_closed_is_merged_neither_way(quick_helpdesk: Helpdesk) -> None:
    anne = await new_agent(quick_helpdesk.sessions)
    closed, row = await quick_helpdesk.write_in(Etat.CLOTUREE, anne), await quick_helpdesk.write()
    with pytest.raises(TransitionRefused, match=f"{closed.numero} est close"):
        await quick_helpdesk.do("merge", row, anne, into_id=closed.id)
    with pytest.raises(TransitionRefused, match="est close"):
        await quick_helpdesk.do("merge", closed, anne, into_id=row.id)


async def test_only_what_is_there_is_merged(helpdesk: Helpdesk) -> None:
    anne = await new_agent(helpdesk.sessions)
    row = await helpdesk.write()
    with pytest.raises(NotFound):
        await helpdesk.do("merge", row, anne, into_id=10**9)
    with pytest.raises(TransitionRefused, match="regroupée avec aucune autre"):
        await helpdesk.do("unmerge", row, anne)
    with pytest.raises(Conflict):
        await helpdesk.do("unmerge", row, anne, version=7)
    assert (await read(helpdesk.sessions, row.id)).version == 1


async def test_the_desk_works_on_the_other_one(quick_helpdesk: Helpdesk) -> None:
    anne = await new_agent(quick_helpdesk.sessions)
    duplicate, other = await quick_helpdesk.write_in(Etat.SOLUTION_PROPOSEE, anne), await quick_helpdesk.write()
    merged = await quick_helpdesk.do("merge", duplicate, anne, into_id=other.id)
    for name, options in (
        ("take", {}),
        ("assign", {"to_agent_id": anne.id}),
        ("hand_back", {}),
        ("propose_solution", {"texte": "Voici."}),
        ("modify", {"changes": {"priorite": "haute"}}),
        ("close", {"motif": "doublon"}),
    ):
        with pytest.raises(TransitionRefused, match="regroupée"):
            await quick_helpdesk.do(name, merged, anne, **options)
    # The person's way too: the other one may be somebody else's.
    for name, options in (("send_back", {"texte": "Non."}), ("close_by_person", {})):
        with pytest.raises(TransitionRefused, match="Vous pouvez apporter un complément"):
            await quick_helpdesk.do(name, merged, **options)
    noted = await quick_helpdesk.do("add_note", merged, anne, texte="Même personne.")
    assert noted.fusion_dans_id == other.id


async def test_a_complement_to_a_merged_one_reaches_the_desk(helpdesk: Helpdesk) -> None:
    anne = await new_agent(helpdesk.sessions)
    first, second = await helpdesk.write(), await helpdesk.write()
    root = await helpdesk.write_in(Etat.COMPLEMENT_DEMANDE, anne)
    merged = await helpdesk.do("merge", first, anne, into_id=second.id)
    await helpdesk.do("merge", await read(helpdesk.sessions, second.id), anne, into_id=root.id)
    told_own = await helpdesk.do("add_complement", merged, texte="Voici le message.")
    assert (told_own.etat, told_own.evenements[-1].type) == (Etat.SOUMISE, "complement")
    after = await read(helpdesk.sessions, root.id)
    assert after.etat == Etat.COMPLEMENT_RECU
    assert after.evenements[-1].detail == {
        "texte": "Voici le message.",
        "depuis": first.numero,
        "avant": "complement_demande",
        "etat": "complement_recu",
    }
    middle = await read(helpdesk.sessions, second.id)
    assert middle.evenements[-1].type == "fusion"
    apart = await helpdesk.do("unmerge", told_own, anne)
    assert substance(apart) == substance(first)


async def test_a_complement_to_a_merged_one_whose_other_is_closed_says_what_to_do(quick_helpdesk: Helpdesk) -> None:
    anne = await new_agent(quick_helpdesk.sessions)
    duplicate, other = await quick_helpdesk.write(), await quick_helpdesk.write()
    merged = await quick_helpdesk.do("merge", duplicate, anne, into_id=other.id)
    await quick_helpdesk.do("close", await read(quick_helpdesk.sessions, other.id), anne, motif="solution_acceptee")
    with pytest.raises(TransitionRefused, match="nouvelle sollicitation qui cite son numéro"):
        await quick_helpdesk.do("add_complement", merged, texte="Encore une chose.")
