"""Models of replies: only known variables, filled without being read."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from assistant.helpdesk.reply_models import FILE, VARIABLES, ReplyModel, load_reply_models, still_to_fill
from assistant.knowledge.load import Knowledge, KnowledgeError
from tests.support.paths import KNOWLEDGE


def _model(texte: str) -> ReplyModel:
    return ReplyModel(id="un", titre="Un", usage="reponse", texte=texte)


def test_the_models_of_the_desk_load_and_name_only_categories_that_exist(knowledge: Knowledge) -> None:
    models = load_reply_models(KNOWLEDGE, knowledge.categories)
    assert len(models) >= 12
    assert {model.usage for model in models.values()} == {"reponse", "complement", "transfert", "cloture"}
    for model in models.values():
        assert model.texte.startswith("Bonjour,"), model.id
        assert "{agent}" in model.texte, model.id
        assert "mot de passe :" not in model.texte


def test_values_stand_in_the_place_of_the_variables_and_what_is_missing_is_seen() -> None:
    model = _model("Demande {numero}, facture {facture}. {agent}")
    text = model.fill({"numero": "CHO-2026-000001", "facture": None, "agent": ""})
    assert text == "Demande CHO-2026-000001, facture [à compléter : numéro de facture]. [à compléter : votre nom]"
    assert still_to_fill(text) == ["[à compléter : numéro de facture]", "[à compléter : votre nom]"]
    assert still_to_fill("Tout est dit.") == []


@given(st.dictionaries(st.sampled_from(sorted(VARIABLES)), st.text(max_size=60)))
def test_a_value_is_never_read_as_a_model(values: dict[str, str]) -> None:
    text = _model("".join(f"<{{{name}}}>" for name in VARIABLES)).fill(values)
    expected = "".join(f"<{values.get(name) or f'[à compléter : {words}]'}>" for name, words in VARIABLES.items())
    assert text == expected.strip()


@pytest.mark.parametrize("texte", ["{inconnue}", "{agent.nom}", "{0}", "{}", "{agent!r}", "{agent:>10}"])
def test_a_variable_that_does_not_exist_is_refused_when_it_is_read(texte: str) -> None:
    with pytest.raises(ValidationError, match="variables inconnues"):
        _model(texte)


GOOD = """modeles:
  - {id: pieces_manquantes, titre: A, usage: complement, texte: "{pieces}"}
  - {id: vers_organisme_public, titre: B, usage: transfert, texte: "{ou_ecrire}"}
"""


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "modeles_reponse.yml"),
        ("modeles: [", "modeles_reponse.yml"),
        ("modeles: []", "le modèle « pieces_manquantes » manque"),
        (GOOD + "  - {id: x, titre: C, usage: reponse, texte: x}\n", "String should match"),
        (GOOD + "  - {id: pieces_manquantes, titre: A, usage: complement, texte: x}\n", "existe deux fois"),
        (
            GOOD + "  - {id: trois, titre: C, usage: reponse, categories: [inventee], texte: x}\n",
            "catégorie inconnue « inventee »",
        ),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_the_reason(tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / FILE).write_text(content, encoding="utf-8")
    with pytest.raises(KnowledgeError, match=words):
        load_reply_models(tmp_path, {})


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"modeles_reponse\.yml"):
        load_reply_models(tmp_path, {})
