"""The priority comes from what is at stake, each signal with its words; anger is none."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.helpdesk.triage.data import TriageData
from assistant.helpdesk.triage.priority import propose_priority
from assistant.helpdesk.triage.schemas import Proposition
from assistant.sollicitations.enums import Priorite
from tests.support.services import real_services

TODAY = date(2026, 11, 24)
LEVELS = [Priorite.BASSE, Priorite.NORMALE, Priorite.HAUTE, Priorite.URGENTE]


def judge(data: TriageData, texte: str, categorie: str = "connexion", elapsed: int = 0) -> Proposition:
    return propose_priority(
        rules=data.priorite, textes=data.textes, texte=texte, categorie=categorie, written=TODAY, elapsed=elapsed
    )


@pytest.mark.parametrize(
    ("texte", "level", "words"),
    [
        ("Le portail ne s'ouvre pas.", "normale", "Aucun signal"),
        ("Ma facture n'est pas payée depuis quatre mois.", "haute", "« depuis quatre mois »"),
        ("Compte bloqué, je dois déposer avant le 27 novembre.", "haute", "« avant le 27 novembre » (dans 3 jours)"),
        ("Compte bloqué, dépôt avant demain.", "urgente", "« Compte bloqué »"),
        ("Facture de 120 000 € en attente.", "haute", "« 120 000 € »"),
        ("Troisième fois que j'écris, facture impayée depuis 60 jours.", "haute", "« Troisième fois »"),
        ("Plus aucune facture ne part et nos salaires tombent dans deux jours.", "urgente", "« nos salaires »"),
        ("Notre client secret a été divulgué.", "haute", "« divulgué »"),
        ("Simple question, rien d'urgent.", "basse", "« Simple question »"),
    ],
)
def test_what_is_at_stake_gives_the_level_with_its_words(data: TriageData, texte: str, level: str, words: str) -> None:
    found = judge(data, texte)
    assert found.valeur == level
    assert any(words in reason for reason in found.raisons), found.raisons


def test_a_general_question_waits(data: TriageData) -> None:
    found = judge(data, "Quelles formations proposez-vous ?", categorie="autre")
    assert (found.valeur, found.raisons) == ("basse", [data.textes["priorite_categorie"]])


def test_deadlines_come_nearer_and_waits_grow_with_the_days(data: TriageData) -> None:
    texte = "Il me faut une réponse dans trois semaines."
    assert judge(data, texte).valeur == "normale"
    assert judge(data, texte, elapsed=20).valeur == "haute"
    assert data.priorite.echeance.phrase_depassee.split("«")[0] in judge(data, texte, elapsed=22).raisons[0]
    assert "(environ 100 jours)" in judge(data, "Facture impayée depuis 60 jours.", elapsed=40).raisons[0]


def test_reasons_are_told_largest_first(data: TriageData) -> None:
    reasons = judge(data, "Tous les agents attendent ; compte bloqué ; avant demain.").raisons
    assert [reason.split(" :")[0] for reason in reasons] == ["Échéance proche", "Accès bloqué", "Plusieurs personnes touchées"]


ANGER = [
    " C'EST UNE HONTE !!!",
    " Vous êtes des incapables.",
    " J'en ai marre, c'est scandaleux !",
    " URGENT URGENT",
    " Répondez immédiatement.",
    " Service lamentable…",
    " 😡😡",
]
STAKES = [
    "Le portail ne s'ouvre pas.",
    "Ma facture n'est pas payée depuis quatre mois.",
    "Compte bloqué, dépôt avant demain.",
    "Simple question sur les formats.",
]


@given(st.sampled_from(STAKES), st.lists(st.sampled_from(ANGER), max_size=4))
def test_anger_changes_nothing(texte: str, anger: list[str]) -> None:
    data = real_services().triage.data
    calm = judge(data, texte)
    assert judge(data, texte + "".join(anger)) == calm
    assert judge(data, texte.upper()).valeur == calm.valeur


@given(
    st.sampled_from(STAKES), st.sampled_from(["compte bloqué", "mise en demeure", "90 000 €", "avant demain", "tous les agents"])
)
def test_one_more_signal_never_lowers_the_level(texte: str, signal: str) -> None:
    data = real_services().triage.data
    before, after = judge(data, texte), judge(data, f"{texte} {signal}.")
    assert LEVELS.index(Priorite(after.valeur)) >= LEVELS.index(Priorite(before.valeur))


@given(st.text(max_size=300))
def test_any_text_has_a_level_and_a_reason(texte: str) -> None:
    found = judge(real_services().triage.data, texte)
    assert found.valeur in LEVELS
    assert found.raisons
    assert 0 <= found.score <= 1
