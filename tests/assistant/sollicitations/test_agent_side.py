"""What the help-desk does with a sollicitation, and what it may not."""

from datetime import timedelta

import pytest

from assistant.database import now, transaction
from assistant.helpdesk.enums import Role
from assistant.sollicitations import lifecycle
from assistant.sollicitations.enums import Etat, Priorite, TypeEvenement
from assistant.sollicitations.lifecycle import Conflict, NotFound, TransitionRefused
from assistant.sollicitations.models import Sollicitation
from tests.support.sollicitations import Helpdesk, new_agent, read

OPEN_STATES = [etat for etat in Etat if etat not in (Etat.BROUILLON, Etat.CLOTUREE)]


def last(row: Sollicitation) -> tuple[str, str, dict[str, object]]:
    event = row.evenements[-1]
    return event.type, event.acteur, event.detail


# --- take, assign, hand back ----------------------------------------------------------------------------------------


async def test_an_agent_takes_what_nobody_has(helpdesk: Helpdesk) -> None:
    anne = await new_agent(helpdesk.sessions, "Anne")
    row = await helpdesk.write()
    taken = await helpdesk.do("take", row, anne)
    assert (taken.etat, taken.agent_id, taken.version) == (Etat.AFFECTEE, anne.id, 2)
    assert taken.echeance_le == row.echeance_le
    detail = {"agent_id": anne.id, "agent_nom_affecte": "Anne", "agent_nom": "Anne", "avant": "soumise", "etat": "affectee"}
    assert last(taken) == (TypeEvenement.AFFECTATION, f"agent:{anne.id}", detail)
    assert (await read(helpdesk.sessions, row.id)).etat == Etat.AFFECTEE


async def test_what_a_colleague_has_is_not_taken_and_their_name_is_told(quick_helpdesk: Helpdesk) -> None:
    anne, bruno = await new_agent(quick_helpdesk.sessions, "Anne"), await new_agent(quick_helpdesk.sessions, "Bruno")
    row = await quick_helpdesk.write_in(Etat.AFFECTEE, anne)
    with pytest.raises(Conflict, match="déjà prise en charge par Anne") as conflict:
        await quick_helpdesk.do("take", row, bruno)
    assert conflict.value.agent_nom == "Anne"
    with pytest.raises(TransitionRefused, match="vous est déjà affectée"):
        await quick_helpdesk.do("take", row, anne)


@pytest.mark.parametrize("etat", [Etat.COMPLEMENT_RECU, Etat.RENVOYEE])
async def test_ones_own_is_taken_up_again(quick_helpdesk: Helpdesk, etat: Etat) -> None:
    anne = await new_agent(quick_helpdesk.sessions)
    row = await quick_helpdesk.write_in(etat, anne)
    again = await quick_helpdesk.do("take", row, anne)
    assert (again.etat, again.agent_id, again.echeance_le) == (Etat.AFFECTEE, anne.id, row.echeance_le)


async def test_a_stale_page_is_told_who_was_faster(helpdesk: Helpdesk) -> None:
    anne, bruno = await new_agent(helpdesk.sessions, "Anne"), await new_agent(helpdesk.sessions, "Bruno")
    row = await helpdesk.write()
    await helpdesk.do("take", row, anne)
    with pytest.raises(Conflict, match="modifiée entre-temps par Anne") as conflict:
        await helpdesk.do("close", row, bruno, motif="doublon")
    assert conflict.value.agent_nom == "Anne"
    with pytest.raises(Conflict, match="Vous avez vous-même"):
        await helpdesk.do("take", row, anne)


async def test_a_page_from_before_the_persons_word_is_told_so(quick_helpdesk: Helpdesk) -> None:
    anne = await new_agent(quick_helpdesk.sessions)
    row = await quick_helpdesk.write_in(Etat.AFFECTEE, anne)
    await quick_helpdesk.do("add_complement", row, texte="J'ai oublié de dire : c'est urgent.")
    with pytest.raises(Conflict, match="par la personne qui l'a écrite") as conflict:
        await quick_helpdesk.do("propose_solution", row, anne, texte="Voici.")
    assert conflict.value.agent_nom is None


async def test_nothing_is_found_under_an_unknown_id(helpdesk: Helpdesk) -> None:
    anne = await new_agent(helpdesk.sessions)
    with pytest.raises(NotFound):
        await lifecycle.take(sessions=helpdesk.sessions, desk=helpdesk.desk, sollicitation_id=10**9, agent=anne, version=1)


async def test_somebody_gives_it_to_a_colleague(quick_helpdesk: Helpdesk) -> None:
    anne, bruno = await new_agent(quick_helpdesk.sessions, "Anne"), await new_agent(quick_helpdesk.sessions, "Bruno")
    row = await quick_helpdesk.do("assign", await quick_helpdesk.write(), anne, to_agent_id=bruno.id)
    assert (row.etat, row.agent_id) == (Etat.AFFECTEE, bruno.id)
    assert row.evenements[-1].detail["agent_nom_affecte"] == "Bruno"
    with pytest.raises(TransitionRefused, match="déjà affectée à Bruno"):
        await quick_helpdesk.do("assign", row, anne, to_agent_id=bruno.id)


@pytest.mark.parametrize("etat", [Etat.COMPLEMENT_DEMANDE, Etat.SOLUTION_PROPOSEE])
async def test_while_the_person_is_awaited_only_the_name_changes(quick_helpdesk: Helpdesk, etat: Etat) -> None:
    anne, bruno = await new_agent(quick_helpdesk.sessions, "Anne"), await new_agent(quick_helpdesk.sessions, "Bruno")
    row = await quick_helpdesk.write_in(etat, anne)
    given = await quick_helpdesk.do("assign", row, anne, to_agent_id=bruno.id)
    assert (given.etat, given.agent_id, given.secondes_restantes) == (etat, bruno.id, row.secondes_restantes)
    left = await quick_helpdesk.do("hand_back", given, bruno)
    assert (left.etat, left.agent_id) == (etat, None)
    assert "etat" not in left.evenements[-1].detail


async def test_nobody_gives_it_to_who_is_not_there(quick_helpdesk: Helpdesk) -> None:
    anne = await new_agent(quick_helpdesk.sessions)
    gone = await new_agent(quick_helpdesk.sessions, "Parti", actif=False)
    row = await quick_helpdesk.write()
    with pytest.raises(TransitionRefused, match="Le compte de Parti est désactivé"):
        await quick_helpdesk.do("assign", row, anne, to_agent_id=gone.id)
    with pytest.raises(NotFound, match="Cet agent n'existe pas"):
        await quick_helpdesk.do("assign", row, anne, to_agent_id=10**6)
    assert (await read(quick_helpdesk.sessions, row.id)).version == 1


@pytest.mark.parametrize(
    ("etat", "after"),
    [(Etat.AFFECTEE, Etat.SOUMISE), (Etat.COMPLEMENT_RECU, Etat.COMPLEMENT_RECU), (Etat.RENVOYEE, Etat.RENVOYEE)],
)
async def test_what_is_handed_back_waits_for_another(quick_helpdesk: Helpdesk, etat: Etat, after: Etat) -> None:
    anne = await new_agent(quick_helpdesk.sessions)
    row = await quick_helpdesk.write_in(etat, anne)
    back = await quick_helpdesk.do("hand_back", row, anne)
    assert (back.etat, back.agent_id, back.echeance_le) == (after, None, row.echeance_le)
    with pytest.raises(TransitionRefused):
        await quick_helpdesk.do("hand_back", back, anne)


# --- answers --------------------------------------------------------------------------------------------------------


async def test_asking_for_more_stops_the_clock(helpdesk: Helpdesk) -> None:
    anne = await new_agent(helpdesk.sessions)
    row = await helpdesk.write_in(Etat.AFFECTEE, anne)
    asked = await helpdesk.do(
        "ask_complement", row, anne, texte="Il manque deux choses.", pieces=["statut", "statut", " ", "siret"]
    )
    assert (asked.etat, asked.echeance_le) == (Etat.COMPLEMENT_DEMANDE, None)
    assert asked.secondes_restantes == pytest.approx(helpdesk.desk.targets[Priorite.NORMALE], abs=60)
    kind, acteur, detail = last(asked)
    assert (kind, acteur) == (TypeEvenement.DEMANDE_COMPLEMENT, f"agent:{anne.id}")
    assert detail["pieces"] == ["statut", "siret"]


async def test_who_answers_what_nobody_has_takes_it(quick_helpdesk: Helpdesk) -> None:
    anne = await new_agent(quick_helpdesk.sessions)
    row = await quick_helpdesk.do("propose_solution", await quick_helpdesk.write(), anne, texte="Videz le cache.")
    assert (row.etat, row.agent_id, row.version) == (Etat.SOLUTION_PROPOSEE, anne.id, 2)
    assert [event.type for event in row.evenements] == ["soumission", "affectation", "reponse"]
    assert [event.detail.get("etat") for event in row.evenements] == ["soumise", "affectee", "solution_proposee"]


async def test_an_agent_does_not_answer_for_a_colleague_but_a_supervisor_may(quick_helpdesk: Helpdesk) -> None:
    sessions = quick_helpdesk.sessions
    anne, bruno = await new_agent(sessions, "Anne"), await new_agent(sessions, "Bruno")
    chief = await new_agent(sessions, "Chef", Role.SUPERVISEUR)
    row = await quick_helpdesk.write_in(Etat.AFFECTEE, anne)
    for name, options in (
        ("ask_complement", {"texte": "Quoi ?"}),
        ("propose_solution", {"texte": "Voici."}),
        ("transfer", {"texte": "Écrivez à la mairie."}),
        ("close", {"motif": "doublon"}),
        ("hand_back", {}),
    ):
        with pytest.raises(TransitionRefused, match="affectée à Anne"):
            await quick_helpdesk.do(name, row, bruno, **options)
    answered = await quick_helpdesk.do("propose_solution", row, chief, texte="Voici.")
    assert (answered.etat, answered.agent_id) == (Etat.SOLUTION_PROPOSEE, anne.id)


async def test_what_came_back_is_in_work_again_when_it_is_answered(quick_helpdesk: Helpdesk) -> None:
    anne = await new_agent(quick_helpdesk.sessions)
    row = await quick_helpdesk.write_in(Etat.RENVOYEE, anne)
    answered = await quick_helpdesk.do("propose_solution", row, anne, texte="Autre piste.")
    assert [event.detail["etat"] for event in answered.evenements[-2:]] == ["affectee", "solution_proposee"]
    assert answered.version == row.version + 1


async def test_an_answer_may_be_found_while_the_person_still_looks(quick_helpdesk: Helpdesk) -> None:
    anne = await new_agent(quick_helpdesk.sessions)
    row = await quick_helpdesk.write_in(Etat.COMPLEMENT_DEMANDE, anne)
    assert (await quick_helpdesk.do("propose_solution", row, anne, texte="Trouvé.")).etat == Etat.SOLUTION_PROPOSEE


async def test_a_transfer_tells_the_person_to_write_to_the_public_body(quick_helpdesk: Helpdesk) -> None:
    anne = await new_agent(quick_helpdesk.sessions)
    row = await quick_helpdesk.write_in(Etat.AFFECTEE, anne)
    assert row.route == "support"
    moved = await quick_helpdesk.do("transfer", row, anne, texte="Écrivez à votre client public.")
    assert (moved.etat, moved.route, moved.echeance_le) == (Etat.SOLUTION_PROPOSEE, "organisme_public", None)
    kind, _, detail = last(moved)
    assert (kind, detail["route"]) == (TypeEvenement.TRANSFERT, ["support", "organisme_public"])


@pytest.mark.parametrize(
    ("etat", "name"),
    [
        (Etat.COMPLEMENT_DEMANDE, "ask_complement"),
        (Etat.SOLUTION_PROPOSEE, "ask_complement"),
        (Etat.SOLUTION_PROPOSEE, "propose_solution"),
        (Etat.SOLUTION_PROPOSEE, "transfer"),
        (Etat.CLOTUREE, "propose_solution"),
        (Etat.CLOTUREE, "ask_complement"),
    ],
)
async def test_an_answer_out_of_turn_is_refused(quick_helpdesk: Helpdesk, etat: Etat, name: str) -> None:
    anne = await new_agent(quick_helpdesk.sessions)
    row = await quick_helpdesk.write_in(etat, anne)
    with pytest.raises(TransitionRefused):
        await quick_helpdesk.do(name, row, anne, texte="Encore un mot.")
    assert (await read(quick_helpdesk.sessions, row.id)).version == row.version


@pytest.mark.parametrize("texte", ["", "   ", "\u200b\n", "…!?", "x" * 4001])
async def test_a_text_that_says_nothing_or_too_much_is_refused(quick_helpdesk: Helpdesk, texte: str) -> None:
    anne = await new_agent(quick_helpdesk.sessions)
    row = await quick_helpdesk.write_in(Etat.AFFECTEE, anne)
    for name in ("ask_complement", "propose_solution", "transfer", "add_note"):
        with pytest.raises(TransitionRefused, match="texte"):
            await quick_helpdesk.do(name, row, anne, texte=texte)


async def test_secrets_are_masked_before_they_are_stored(helpdesk: Helpdesk) -> None:
    anne = await new_agent(helpdesk.sessions)
    row = await helpdesk.write_in(Etat.AFFECTEE, anne)
    row = await helpdesk.do("add_note", row, anne, texte="Son mot de passe est : Azerty2026!")
    row = await helpdesk.do("ask_complement", row, anne, texte="Redonnez-moi votre mot de passe : Azerty2026!")
    row = await helpdesk.do("add_complement", row, texte="mot de passe : Azerty2026!")
    row = await helpdesk.do("modify", row, anne, changes={"priorite": "haute"}, raison="mot de passe : Azerty2026!")
    stored = str([event.detail for event in row.evenements]) + row.texte_recherche
    assert "azerty2026" not in stored.lower()
    assert "•" in stored


# --- notes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("etat", [*OPEN_STATES, Etat.CLOTUREE])
async def test_a_note_changes_no_state_and_no_clock(quick_helpdesk: Helpdesk, etat: Etat) -> None:
    anne, bruno = await new_agent(quick_helpdesk.sessions), await new_agent(quick_helpdesk.sessions, "Bruno")
    row = await quick_helpdesk.write_in(etat, anne)
    noted = await quick_helpdesk.do("add_note", row, bruno, texte="Vu au téléphone.")
    assert (noted.etat, noted.echeance_le, noted.secondes_restantes, noted.agent_id) == (
        row.etat,
        row.echeance_le,
        row.secondes_restantes,
        row.agent_id,
    )
    assert last(noted) == (TypeEvenement.NOTE, f"agent:{bruno.id}", {"texte": "Vu au téléphone.", "agent_nom": "Bruno"})


async def test_what_is_said_becomes_searchable_without_accents(helpdesk: Helpdesk) -> None:
    anne = await new_agent(helpdesk.sessions)
    row = await helpdesk.write_in(Etat.AFFECTEE, anne)
    row = await helpdesk.do("add_note", row, anne, texte="Appelé l'Hôtel-de-Ville")
    row = await helpdesk.do("ask_complement", row, anne, texte="Précisez l'échéance")
    row = await helpdesk.do("add_complement", row, texte="Le 12 août, à Œuilly")
    row = await helpdesk.do("propose_solution", row, anne, texte="Réessayez après-midi")
    row = await helpdesk.do("send_back", row, texte="Raté")
    row = await helpdesk.do("close", row, anne, motif="hors_sujet", texte="Désolé")
    assert row.texte_recherche.endswith(
        "appele l hotel de ville precisez l echeance le 12 aout a oeuilly reessayez apres midi rate desole"
    )


# --- modify ---------------------------------------------------------------------------------------------------------


async def test_a_new_category_brings_its_route(helpdesk: Helpdesk) -> None:
    anne = await new_agent(helpdesk.sessions)
    row = await helpdesk.do(
        "modify", await helpdesk.write(), anne, changes={"categorie": "facture_rejetee"}, raison="Une facture"
    )
    assert (row.categorie, row.route, row.etat, row.version) == ("facture_rejetee", "organisme_public", Etat.SOUMISE, 2)
    changed = {"categorie": ["connexion", "facture_rejetee"], "route": ["support", "organisme_public"]}
    detail = {"changements": changed, "raison": "Une facture", "agent_nom": anne.nom}
    assert last(row) == (TypeEvenement.MODIFICATION, f"agent:{anne.id}", detail)


async def test_a_route_that_somebody_chose_stays(quick_helpdesk: Helpdesk) -> None:
    anne = await new_agent(quick_helpdesk.sessions)
    row = await quick_helpdesk.do("modify", await quick_helpdesk.write(), anne, changes={"route": "gestionnaire"})
    row = await quick_helpdesk.do("modify", row, anne, changes={"categorie": "facture_rejetee"})
    assert (row.categorie, row.route) == ("facture_rejetee", "gestionnaire")


async def test_a_new_priority_moves_the_due_date_and_back(helpdesk: Helpdesk) -> None:
    anne = await new_agent(helpdesk.sessions)
    row = await helpdesk.write()
    urgent = await helpdesk.do("modify", row, anne, changes={"priorite": "urgente"})
    assert urgent.priorite == Priorite.URGENTE
    assert urgent.echeance_le == helpdesk.desk.due(Priorite.URGENTE, row.cree_le)
    back = await helpdesk.do("modify", urgent, anne, changes={"priorite": "normale"})
    assert back.echeance_le == row.echeance_le


async def test_a_new_priority_while_the_person_is_awaited_counts_later(quick_helpdesk: Helpdesk) -> None:
    anne = await new_agent(quick_helpdesk.sessions)
    row = await quick_helpdesk.write_in(Etat.SOLUTION_PROPOSEE, anne)
    calm = await quick_helpdesk.do("modify", row, anne, changes={"priorite": "basse"})
    more = quick_helpdesk.desk.targets[Priorite.BASSE] - quick_helpdesk.desk.targets[Priorite.NORMALE]
    assert calm.secondes_restantes == (row.secondes_restantes or 0) + more
    assert calm.echeance_le is None


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "Rien ne change"),
        ({"categorie": "connexion", "priorite": "normale"}, "Rien ne change"),
        ({"categorie": "nulle_part"}, "« nulle_part » n'est pas une valeur connue"),
        ({"route": "poste"}, "n'est pas une valeur connue"),
        ({"priorite": "extrême"}, "n'est pas une valeur connue"),
        ({"etat": "cloturee"}, "« etat » ne se modifie pas"),
        ({"cree_le": "2020-01-01"}, "« cree_le » ne se modifie pas"),
    ],
)
async def test_a_change_that_makes_no_sense_is_refused(quick_helpdesk: Helpdesk, changes: dict[str, str], told: str) -> None:
    anne = await new_agent(quick_helpdesk.sessions)
    row = await quick_helpdesk.write()
    with pytest.raises(TransitionRefused, match=told):
        await quick_helpdesk.do("modify", row, anne, changes=changes)
    assert (await read(quick_helpdesk.sessions, row.id)).version == 1


async def test_a_reason_has_its_limit(quick_helpdesk: Helpdesk) -> None:
    anne = await new_agent(quick_helpdesk.sessions)
    with pytest.raises(TransitionRefused, match="500 caractères"):
        await quick_helpdesk.do("modify", await quick_helpdesk.write(), anne, changes={"priorite": "haute"}, raison="x" * 501)


# --- close ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("etat", OPEN_STATES)
async def test_it_is_closed_from_any_open_state_and_the_clock_ends(quick_helpdesk: Helpdesk, etat: Etat) -> None:
    anne = await new_agent(quick_helpdesk.sessions)
    row = await quick_helpdesk.write_in(etat, anne)
    closed = await quick_helpdesk.do("close", row, anne, motif="resolue_seule", texte="Tant mieux.")
    assert (closed.etat, closed.motif_cloture, closed.agent_id) == (Etat.CLOTUREE, "resolue_seule", anne.id)
    assert (closed.echeance_le, closed.secondes_restantes) == (None, None)
    assert closed.cloture_le == closed.maj_le == closed.evenements[-1].cree_le
    expected = {"motif": "resolue_seule", "texte": "Tant mieux.", "avant": etat.value, "etat": "cloturee", "agent_nom": "Anne"}
    assert closed.evenements[-1].detail == expected


@pytest.mark.parametrize("motif", ["", "inconnu", "par_la_personne"])
async def test_a_reason_of_ones_own_is_refused(quick_helpdesk: Helpdesk, motif: str) -> None:
    anne = await new_agent(quick_helpdesk.sessions)
    with pytest.raises(TransitionRefused, match="Choisissez un motif"):
        await quick_helpdesk.do("close", await quick_helpdesk.write(), anne, motif=motif)


async def test_what_is_closed_stays_closed(quick_helpdesk: Helpdesk) -> None:
    anne = await new_agent(quick_helpdesk.sessions)
    row = await quick_helpdesk.write_in(Etat.CLOTUREE, anne)
    for name, options in (
        ("take", {}),
        ("assign", {"to_agent_id": anne.id}),
        ("hand_back", {}),
        ("modify", {"changes": {"priorite": "haute"}}),
        ("close", {"motif": "doublon"}),
        ("transfer", {"texte": "Ailleurs."}),
    ):
        with pytest.raises(TransitionRefused, match="est close"):
            await quick_helpdesk.do(name, row, anne, **options)


# --- housekeeping ---------------------------------------------------------------------------------------------------


async def test_what_lies_idle_goes_back_to_the_queue(helpdesk: Helpdesk) -> None:
    anne = await new_agent(helpdesk.sessions)
    # A database that other tests of this run have used: what they left is given back first.
    await lifecycle.requeue_idle(sessions=helpdesk.sessions, desk=helpdesk.desk, idle=timedelta(0))
    waiting = {etat: await helpdesk.write_in(etat, anne) for etat in (Etat.AFFECTEE, Etat.COMPLEMENT_RECU, Etat.RENVOYEE)}
    others = [await helpdesk.write_in(etat, anne) for etat in (Etat.COMPLEMENT_DEMANDE, Etat.SOLUTION_PROPOSEE, Etat.CLOTUREE)]
    fresh = await helpdesk.write_in(Etat.AFFECTEE, anne)
    async with transaction(helpdesk.sessions) as session:
        for row in (*waiting.values(), *others):
            (await session.get_one(Sollicitation, row.id)).maj_le = now() - timedelta(hours=80)
    assert await lifecycle.requeue_idle(sessions=helpdesk.sessions, desk=helpdesk.desk, idle=timedelta(hours=72)) == 3
    assert await lifecycle.requeue_idle(sessions=helpdesk.sessions, desk=helpdesk.desk, idle=timedelta(hours=72)) == 0
    for etat, row in waiting.items():
        given = await read(helpdesk.sessions, row.id)
        assert given.agent_id is None
        assert given.etat == (Etat.SOUMISE if etat is Etat.AFFECTEE else etat)
        kind, acteur, detail = last(given)
        assert (kind, acteur, detail["raison"]) == (TypeEvenement.DESAFFECTATION, "systeme", "inactivite")
    for row in (*others, fresh):
        assert (await read(helpdesk.sessions, row.id)).agent_id == anne.id


async def test_a_page_from_before_the_housekeeping_is_told_so(quick_helpdesk: Helpdesk) -> None:
    anne = await new_agent(quick_helpdesk.sessions)
    row = await quick_helpdesk.write_in(Etat.AFFECTEE, anne)
    assert await lifecycle.requeue_idle(sessions=quick_helpdesk.sessions, desk=quick_helpdesk.desk, idle=timedelta(0)) == 1
    with pytest.raises(Conflict, match="par une tâche automatique"):
        await quick_helpdesk.do("propose_solution", row, anne, texte="Voici.")
