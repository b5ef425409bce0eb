"""The classifier on a small world, and the real one on what nobody would doubt."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.helpdesk.triage.classifier import CategoryClassifier, Lesson, encode_in_batches
from assistant.helpdesk.triage.engine import TriageEngine

FRUIT = ["une pomme rouge", "des pommes vertes", "la poire mûre", "poires et pommes"]
TOOLS = ["un marteau lourd", "le tournevis cruciforme", "des clous et un marteau", "tournevis plat"]


def flat(texts: Sequence[str]) -> Any:
    """Vectors that say nothing: words alone decide."""
    return np.tile(np.eye(1, 8, dtype=np.float32), (len(texts), 1))


def lessons(doubt: float = 0.3) -> list[Lesson]:
    return [Lesson(text, name, doubt, shown=True) for name, texts in (("fruit", FRUIT), ("outil", TOOLS)) for text in texts]


@pytest.fixture(scope="module")
def small() -> CategoryClassifier:
    return CategoryClassifier.fit(["fruit", "outil"], lessons(), flat)


def test_it_names_the_category_with_the_words_that_speak_for_it(small: CategoryClassifier) -> None:
    best, other = small.rank("je cherche une Poire, des Pommes")
    assert best.categorie == "fruit"
    assert best.probability > 0.9 > other.probability
    assert {"Poire", "Pommes"} <= set(best.words)
    assert not {"Poire", "Pommes"} & set(other.words)
    assert best.example in FRUIT


def test_a_slip_of_the_pen_is_understood_by_its_letters(small: CategoryClassifier) -> None:
    assert small.rank("le tournevi")[0].categorie == "outil"


@settings(deadline=None)
@given(st.text(max_size=60))
def test_probabilities_add_up_whatever_is_written(text: str) -> None:
    ranked = CategoryClassifier.fit(["fruit", "outil"], lessons(), flat).rank(text)
    assert sum(one.probability for one in ranked) == pytest.approx(1)
    assert [one.probability for one in ranked] == sorted((one.probability for one in ranked), reverse=True)


def test_a_lesson_in_doubt_weighs_less() -> None:
    against = Lesson("une pomme rouge", "outil", 0.3)
    doubted = Lesson("une pomme rouge", "outil", 50.0)
    sure = CategoryClassifier.fit(["fruit", "outil"], [*lessons(), against], flat).rank("une pomme rouge")
    unsure = CategoryClassifier.fit(["fruit", "outil"], [*lessons(), doubted], flat).rank("une pomme rouge")
    assert unsure[0].categorie == "fruit"
    assert unsure[0].probability > next(one.probability for one in sure if one.categorie == "fruit")


def test_vectors_that_came_with_the_lessons_are_not_encoded_again() -> None:
    asked: list[str] = []

    def counting(texts: Sequence[str]) -> Any:
        asked.extend(texts)
        return flat(texts)

    with_vector = [Lesson(one.text, one.categorie, one.doubt, vector=flat(["x"])[0]) for one in lessons()[1:]]
    CategoryClassifier.fit(["fruit", "outil"], [lessons()[0], *with_vector], counting)
    assert asked == [FRUIT[0]]


def test_batches_keep_the_order_of_the_texts() -> None:
    texts = [f"{number} " * (number % 7 + 1) for number in range(150)]

    def lengths(batch: Sequence[str]) -> Any:
        return np.array([[len(text)] for text in batch], dtype=np.float32)

    assert encode_in_batches(texts, lengths)[:, 0].tolist() == [len(text) for text in texts]


@pytest.mark.parametrize(
    ("text", "categorie"),
    [
        ("Mon compte est bloqué après cinq essais, je ne peux plus me connecter.", "connexion"),
        ("Je n'ai jamais reçu le courriel pour activer mon compte.", "activation"),
        ("j'ai oublié mon mdp et le mail de reinitialisation n'arrive pas", "mot_de_passe_double_facteur"),
        ("Ma demande de rattachement est en attente depuis dix jours.", "rattachement_habilitation"),
        ("Le gestionnaire principal est parti, plus personne ne valide.", "gestionnaire_absent"),
        ("Notre SIRET est introuvable quand nous créons la structure.", "creation_structure"),
        ("Le portail refuse mon PDF au moment du dépôt de la facture.", "depot_facture_erreur"),
        ("Notre flux EDI est rejeté, le compte rendu parle d'une balise.", "flux_rejete"),
        ("Ma facture est suspendue, il manque une pièce justificative.", "facture_suspendue"),
        ("La mairie a rejeté ma facture sans dire pourquoi.", "facture_rejetee"),
        ("Ma facture est à recycler, je me suis trompé de destinataire.", "facture_a_recycler"),
        ("Ma facture n'est toujours pas payée après quatre mois.", "retard_paiement"),
        ("Le site demande un code service, je ne le connais pas.", "code_service_ou_engagement_manquant"),
        ("Je suis sous-traitant et le titulaire ne valide pas ma facture.", "sous_traitance_valideur"),
        ("Mon projet de décompte est bloqué chez le maître d'œuvre.", "travaux_moe_moa"),
        ("Mon mémoire de frais de justice n'est pas traité par le greffe.", "memoire_frais_justice"),
        ("Notre certificat de raccordement EDI expire, comment le remplacer ?", "raccordement_api_edi"),
        ("invalid_client quand je demande un jeton OAuth sur PISTE", "piste"),
        ("Page blanche et erreur technique sur tout le portail depuis ce matin.", "anomalie_portail"),
        ("Y a-t-il des formations à la facturation électronique ?", "autre"),
    ],
)
def test_what_nobody_would_doubt_is_first(engine: TriageEngine, text: str, categorie: str) -> None:
    assert engine.rank(text)[0].categorie == categorie


def test_the_held_out_requests_are_sorted_no_worse_than_measured(engine: TriageEngine) -> None:
    from assistant.helpdesk.triage.data import read_examples
    from tests.support.paths import ROOT

    held_out = read_examples(ROOT / "bench" / "triage" / "controle.yml")
    requests = [(text, categorie) for categorie, texts in held_out.items() for text in texts]
    assert len(requests) >= 150
    among_two = route = 0
    for text, categorie in requests:
        ranked = engine.rank(text)
        among_two += categorie in [one.categorie for one in ranked[:2]]
        route += next(iter(engine.route_scores(ranked))) == engine.knowledge.categories[categorie].route
    assert among_two / len(requests) >= 0.85
    # Measured 151 of 160; the promise is 95 in 100 and is not reached yet (bench/triage).
    assert route >= 151
