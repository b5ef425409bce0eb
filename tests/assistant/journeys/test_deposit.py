"""The deposit: questions end in the right cadre; an answer can be changed."""

import pytest

from assistant.journeys import deposit
from assistant.journeys.load import Journeys
from assistant.journeys.schemas import Resultat
from assistant.journeys.state import Commande, EtatFacture, Refused


def after(journeys: Journeys, *answers: str, begun: EtatFacture | None = None) -> EtatFacture:
    etat = begun or EtatFacture()
    for answer in answers:
        verb = answer if answer in ("retour", "recommencer") else f"repondre:{answer}"
        etat = deposit.advance(journeys, etat, Commande.parse(verb))
    return etat


def result(journeys: Journeys, *answers: str) -> Resultat:
    found = deposit.view(journeys, after(journeys, *answers)).resultat
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("answers", "cadre"),
    [
        (["document:facture", "role:titulaire"], "A1"),
        (["document:facture", "role:mandataire"], "A1"),
        (["document:facture", "role:cotraitant"], "A12"),
        (["document:facture", "role:sous-traitant", "st-rang:titulaire", "st-accepte:oui"], "A9"),
        (["document:facture", "role:sous-traitant", "st-rang:cotraitant", "st-accepte-cotraitant:oui"], "A9"),
        (["document:facture", "role:sous-traitant", "st-rang:second"], ""),
        (["document:facture", "role:sous-traitant", "st-rang:titulaire", "st-accepte:non"], ""),
        (["document:payee"], "A2"),
        (["document:honoraires"], "A1"),
        (["document:justice"], "A3"),
        (["document:avoir", "avoir-etat:payee", "avoir-role:fournisseur"], "A1"),
        (["document:avoir", "avoir-etat:payee", "avoir-role:autre"], ""),
        (["document:avoir", "avoir-etat:fausse"], ""),
        (["document:travaux", "travaux-role:titulaire", "travaux-titulaire:mois"], "A4"),
        (["document:travaux", "travaux-role:titulaire", "travaux-titulaire:fin"], "A7"),
        (["document:travaux", "travaux-role:titulaire", "travaux-titulaire:dgd"], "A8"),
        (["document:travaux", "travaux-role:titulaire", "travaux-titulaire:tacite"], "A22"),
        (["document:travaux", "travaux-role:sous-traitant", "travaux-st:mois"], "A10"),
        (["document:travaux", "travaux-role:sous-traitant", "travaux-st:fin"], ""),
        (["document:travaux", "travaux-role:cotraitant", "travaux-cotraitant:mois"], "A13"),
        (["document:travaux", "travaux-role:cotraitant", "travaux-cotraitant:fin"], "A14"),
        (["document:travaux", "travaux-role:moe", "travaux-moe:mois"], "A15"),
        (["document:travaux", "travaux-role:moe", "travaux-moe:fin"], "A17"),
        (["document:travaux", "travaux-role:moa", "travaux-moa:mois"], "A19"),
        (["document:travaux", "travaux-role:moa", "travaux-moa:fin"], "A20"),
    ],
)
def test_the_questions_end_in_the_right_cadre(journeys: Journeys, answers: list[str], cadre: str) -> None:
    found = result(journeys, *answers)
    assert found.cadre == cadre
    assert found.pieces
    assert found.delais
    assert len(found.chemin) >= 2


def test_every_result_is_reached_by_one_of_the_tested_ways(journeys: Journeys) -> None:
    assert len(journeys.resultats) == 25, "a new result needs its line in the table above"


def test_a_subcontractor_is_validated_by_the_titulaire_in_fifteen_days(journeys: Journeys) -> None:
    found = result(journeys, "document:facture", "role:sous-traitant", "st-rang:titulaire", "st-accepte:oui")
    assert "titulaire" in found.valide_par
    assert [passage.delai for passage in found.chemin if passage.acteur == "Titulaire"] == ["15 jours"]


def test_the_mandataire_of_a_group_is_not_said_to_agree_by_silence(journeys: Journeys) -> None:
    found = result(journeys, "document:facture", "role:cotraitant")
    assert "Ne comptez pas sur un accord tacite" in found.delais[0]
    assert not next(passage for passage in found.chemin if passage.acteur == "Mandataire").reglementaire


def test_a_doubtful_cadre_is_not_given(journeys: Journeys) -> None:
    found = result(journeys, "document:travaux", "travaux-role:sous-traitant", "travaux-st:fin")
    assert found.cadre == ""
    assert "ne savons pas" in " ".join(found.attention)


def test_an_answer_can_be_taken_back(journeys: Journeys) -> None:
    etat = after(journeys, "document:travaux", "travaux-role:moe", "retour")
    vue = deposit.view(journeys, etat)
    assert vue.question is not None
    assert vue.question.id == "travaux-role"
    assert deposit.view(journeys, after(journeys, "recommencer", begun=etat)).reponses == []
    assert after(journeys, "retour") == EtatFacture(), "there is nothing before the first question"


def test_answering_an_earlier_question_again_forgets_what_came_after(journeys: Journeys) -> None:
    etat = after(journeys, "document:travaux", "travaux-role:moe", "travaux-moe:mois", "document:payee")
    assert etat.reponses == [("document", "payee")]


@pytest.mark.parametrize("answer", ["role:titulaire", "document:inconnu", "nulle-part:x"])
def test_an_answer_to_a_question_that_is_not_asked_is_refused(journeys: Journeys, answer: str) -> None:
    with pytest.raises(Refused):
        after(journeys, answer)


def test_answers_that_the_knowledge_no_longer_understands_are_left_out(journeys: Journeys) -> None:
    vue = deposit.view(journeys, EtatFacture(reponses=[("document", "travaux"), ("travaux-role", "disparu"), ("x", "y")]))
    assert [question.id for question, _ in vue.reponses] == ["document"]
    assert vue.question is not None
    assert vue.question.id == "travaux-role"
