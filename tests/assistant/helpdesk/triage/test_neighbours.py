"""Probable duplicates and solved neighbours: what a desk would merge, and what it must never merge."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.helpdesk.triage import neighbours
from assistant.helpdesk.triage.engine import TriageEngine
from assistant.helpdesk.triage.neighbours import Near
from assistant.helpdesk.triage.schemas import Demande, SollicitationProche
from tests.assistant.helpdesk.triage.conftest import WRITTEN
from tests.support.services import real_services

SIRET, OTHER_SIRET = "73282932000074", "35600000000048"
Make = Callable[..., Demande]


def found(engine: TriageEngine, one: Demande, others: Sequence[Demande]) -> list[SollicitationProche]:
    near = neighbours.nearest(one, others, vocabulary=engine.classifier.stem_vocabulary, encode=engine.encode)
    return neighbours.duplicates(one, near, engine.data.textes)


SUSPENDED = "La mairie a suspendu ma facture, elle demande un justificatif que je n'ai pas."
SUSPENDED_AGAIN = "Facture suspendue par la mairie : quel justificatif demande-t-elle, je ne l'ai pas ?"
LOCKED = "Mon compte est bloqué après plusieurs essais, je ne peux plus me connecter."


def test_same_structure_and_invoice_is_a_duplicate_whatever_the_words(engine: TriageEngine, demande: Make) -> None:
    one = demande(SUSPENDED, categorie="facture_suspendue", siret=SIRET, numero_facture="F-2024/12")
    other = demande(LOCKED, id=2, categorie="facture_suspendue", siret=SIRET, numero_facture="f2024-12", contact="b@exemple.fr")
    [duplicate] = found(engine, one, [other])
    assert duplicate.numero == "CHO-2026-000002"
    assert duplicate.score >= 0.9
    assert engine.data.textes["doublon_facture_et_structure"] in duplicate.raisons
    assert engine.data.textes["doublon_autre_personne"] in duplicate.raisons


def test_another_category_makes_it_less_sure_and_says_so(engine: TriageEngine, demande: Make) -> None:
    one = demande(SUSPENDED, categorie="facture_suspendue", siret=SIRET, numero_facture="F1")
    same = demande(SUSPENDED, id=2, categorie="facture_suspendue", siret=SIRET, numero_facture="F1")
    differs = demande(SUSPENDED, id=3, categorie="retard_paiement", siret=SIRET, numero_facture="F1")
    first, second = found(engine, one, [differs, same])
    assert (first.id, second.id) == (2, 3)
    assert engine.data.textes["doublon_autre_categorie"] in second.raisons


@pytest.mark.parametrize("changes", [{"siret": OTHER_SIRET}, {"numero_facture": "F2"}])
def test_two_structures_or_two_invoices_are_two_cases_however_near_the_words(
    engine: TriageEngine, demande: Make, changes: dict[str, str]
) -> None:
    one = demande(SUSPENDED, siret=SIRET, numero_facture="F1")
    other = demande(SUSPENDED, id=2, **{"siret": SIRET, "numero_facture": "F1", **changes})
    assert found(engine, one, [other]) == []


def test_the_same_person_who_says_it_again_is_a_duplicate_without_any_number(engine: TriageEngine, demande: Make) -> None:
    one = demande(SUSPENDED, contact="A@exemple.fr")
    [duplicate] = found(engine, one, [demande(SUSPENDED_AGAIN, id=2, contact="a@exemple.fr"), demande(LOCKED, id=3)])
    assert duplicate.id == 2
    assert engine.data.textes["doublon_personne"] in duplicate.raisons


def test_two_people_with_the_same_words_each_wait_for_an_answer(engine: TriageEngine, demande: Make) -> None:
    assert found(engine, demande(LOCKED), [demande(LOCKED, id=2, contact="b@exemple.fr")]) == []


def test_a_number_that_every_company_uses_is_not_enough(engine: TriageEngine, demande: Make) -> None:
    one = demande(SUSPENDED, numero_facture="2026-001")
    stranger = demande(LOCKED, id=2, numero_facture="2026-001", siret=SIRET, contact="b@exemple.fr")
    assert found(engine, one, [stranger]) == []


def test_two_conversations_of_one_talk_count_as_one_person(engine: TriageEngine, demande: Make) -> None:
    one = demande(LOCKED, conversation_id="c1", contact="perso@exemple.fr")
    [duplicate] = found(engine, one, [demande(LOCKED, id=2, conversation_id="c1", contact="pro@exemple.fr")])
    assert engine.data.textes["doublon_conversation"] in duplicate.raisons


def test_another_subject_of_the_same_structure_is_no_duplicate(engine: TriageEngine, demande: Make) -> None:
    assert found(engine, demande(SUSPENDED, siret=SIRET), [demande(LOCKED, id=2, siret=SIRET)]) == []


def test_a_sollicitation_is_not_its_own_duplicate_and_no_more_than_five_are_told(engine: TriageEngine, demande: Make) -> None:
    one = demande(LOCKED)
    others = [demande(LOCKED, id=number) for number in range(1, 12)]
    duplicates = found(engine, one, others)
    assert len(duplicates) == neighbours.MAX_DUPLICATES
    assert one.id not in {duplicate.id for duplicate in duplicates}


def test_only_so_many_go_through_the_encoder(engine: TriageEngine, demande: Make) -> None:
    encoded: list[str] = []

    def counting(texts: Sequence[str]) -> Any:
        encoded.extend(texts)
        return engine.encode(texts)

    others = [demande(f"{LOCKED} {number}", id=number) for number in range(2, 80)]
    near = neighbours.nearest(demande(LOCKED), others, vocabulary=engine.classifier.stem_vocabulary, encode=counting)
    assert len(near) == neighbours.MAX_COMPARED
    assert len(encoded) == neighbours.MAX_COMPARED + 1


def test_solved_ones_are_near_of_any_structure_with_the_words_in_common(engine: TriageEngine, demande: Make) -> None:
    one = demande(SUSPENDED, siret=SIRET, categorie="facture_suspendue")
    helpful = demande(SUSPENDED_AGAIN, id=2, siret=OTHER_SIRET, categorie="facture_suspendue", etat="cloturee")
    far = demande("Le certificat SFTP de notre raccordement a expiré.", id=3, etat="cloturee")
    near = neighbours.nearest(one, [far, helpful], vocabulary=engine.classifier.stem_vocabulary, encode=engine.encode)
    [solved] = neighbours.solved(one, near, engine.data.textes)
    assert (solved.id, solved.etat) == (2, "cloturee")
    assert any("justificatif" in reason for reason in solved.raisons)
    assert engine.data.textes["resolue_structure"] not in solved.raisons


_VALUES = st.fixed_dictionaries(
    {
        "siret": st.sampled_from([None, SIRET, OTHER_SIRET]),
        "numero_facture": st.sampled_from([None, "F1", "F-1", "F2"]),
        "categorie": st.sampled_from(["autre", "facture_suspendue"]),
        "contact": st.sampled_from(["a@exemple.fr", "b@exemple.fr"]),
        "conversation_id": st.sampled_from([None, "c1", "c2"]),
    }
)


def plain(number: int, values: dict[str, Any]) -> Demande:
    return Demande(id=number, numero=f"CHO-{number}", description="x", cree_le=WRITTEN, etat="soumise", **values)


@given(_VALUES, _VALUES, st.floats(0, 1))
def test_numbers_that_differ_are_never_a_duplicate_and_it_works_both_ways(
    left: dict[str, Any], right: dict[str, Any], similarity: float
) -> None:
    textes = real_services().triage.data.textes
    there = neighbours.duplicates(plain(1, left), [Near(plain(2, right), similarity, [])], textes)
    back = neighbours.duplicates(plain(2, right), [Near(plain(1, left), similarity, [])], textes)
    assert [(one.score, one.raisons) for one in there] == [(one.score, one.raisons) for one in back]
    if left["siret"] and right["siret"] and left["siret"] != right["siret"]:
        assert there == []
    if {left["numero_facture"], right["numero_facture"]} in ({"F1", "F2"}, {"F-1", "F2"}):
        assert there == []
    strangers = left["contact"] != right["contact"] and (not left["siret"] or not right["siret"])
    if strangers and left["conversation_id"] != right["conversation_id"] and not left["numero_facture"]:
        assert there == []
