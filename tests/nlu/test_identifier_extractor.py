"""assistant.nlu.identifier_extractor: train, persist, load, and the entities that Rasa gets."""

import json
from pathlib import Path
from typing import Any, Dict, List

import pytest
from conftest import NAUGHTY, STATUTS, Component, short
from hypothesis import given, settings
from hypothesis import strategies as st
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.training.fingerprinting import calculate_fingerprint_key
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.nlu.identifier_extractor import IdentifierExtractor
from assistant.nlu.normalizer import FrenchNormalizer

TEXTS = [
    "ma facture FA-2026-0042 est suspendue",
    "elle est rejeté",
    "mon flux est rejeté",
    "mon flux est intégré",
    "ma facture est intégrée",
    "j'ai reçu un mail",
    "EDI 05 ou IN_RECU ?",
    "siret 732 829 320 00074, cadre A9, ANO-14",
    "bonjour",
]


def entities(extractor: IdentifierExtractor, text: str) -> List[Dict[str, Any]]:
    message = Message({"text": text})
    extractor.process([message])
    return message.get("entities")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> IdentifierExtractor:
    extractor = Component(tmp_path_factory.mktemp("extractor")).create(IdentifierExtractor, statuts=str(STATUTS))
    extractor.train(TrainingData([]))
    return extractor


def test_entities_have_rasas_shape_and_slice_the_text(trained: IdentifierExtractor) -> None:
    text = "ma facture FA-2026-0042 est suspendue"
    found = entities(trained, text)
    assert found == [
        {"entity": "numero_facture", "value": "FA-2026-0042", "start": 11, "end": 23, "extractor": "IdentifierExtractor"},
        {"entity": "statut", "value": "SUSPENDUE", "start": 28, "end": 37, "extractor": "IdentifierExtractor"},
    ]
    assert [text[item["start"] : item["end"]] for item in found] == ["FA-2026-0042", "suspendue"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ma facture est suspendue", [("statut", "SUSPENDUE")]),
        ("A recycler", [("statut", "A_RECYCLER")]),
        ("EDI 05", [("statut", "REJETEE")]),
        ("elle est rejeté", [("statut", "REJETEE")]),
        ("mon flux est rejeté", [("statut", "IN_REJETE")]),
        ("j'ai reçu un mail", []),
        ("mon flux CPP0012345678 est irrecevable", [("numero_flux", "CPP0012345678"), ("statut", "QP_IRRECEVABLE")]),
        ("remplacée par A22", [("cadre", "A22"), ("statut", "REMPLACEE_PAR_A22")]),
        ("siret 732 829 320 00074", [("siret", "73282932000074")]),
        ("facture A9", [("cadre", "A9")]),
        ("bonjour", []),
    ],
)
def test_identifiers_come_first_and_statuses_after(
    trained: IdentifierExtractor, text: str, expected: "list[tuple[str, str]]"
) -> None:
    assert [(item["entity"], item["value"]) for item in entities(trained, text)] == expected


def test_offsets_refer_to_the_normalised_text(trained: IdentifierExtractor, component: Component) -> None:
    message = Message({"text": "SIRET\u00a0:  732\u202f829\u202f320\u202f00074 \u200b!"})
    component.create(FrenchNormalizer).process([message])
    trained.process([message])
    (found,) = message.get("entities")
    assert message.get("text")[found["start"] : found["end"]] == "732 829 320 00074"


def test_entities_of_other_extractors_are_kept(trained: IdentifierExtractor) -> None:
    other = {"entity": "sujet", "value": "x", "start": 0, "end": 1, "extractor": "Other"}
    message = Message({"text": "A9", "entities": [other]})
    trained.process([message])
    assert message.get("entities")[0] == other
    assert [item["entity"] for item in message.get("entities")] == ["sujet", "cadre"]
    assert message.as_dict(only_output_properties=True)["entities"] == message.get("entities")


@pytest.mark.parametrize("data", [{}, {"text": ""}, {"text": None}])
def test_a_message_without_text_stays_as_it_is(trained: IdentifierExtractor, data: dict) -> None:
    message = Message(dict(data))
    trained.process([message])
    assert message.data == data


def test_loaded_again_it_finds_the_same_without_the_table(component: Component, tmp_path: Path) -> None:
    table = tmp_path / "statuts.csv"
    table.write_bytes(STATUTS.read_bytes())
    extractor = component.create(IdentifierExtractor, statuts=str(table))
    assert extractor.train(TrainingData([])) == component.resource
    table.unlink()
    loaded = component.load(IdentifierExtractor, statuts=str(table))
    for text in TEXTS:
        assert entities(loaded, text) == entities(extractor, text)


def test_only_one_json_file_is_persisted(component: Component) -> None:
    component.create(IdentifierExtractor, statuts=str(STATUTS)).train(TrainingData([]))
    ((name, content),) = component.files().items()
    assert name == "component/statuts.json"
    assert set(json.loads(content)) == {"labels", "edi", "flux"}


def test_training_twice_persists_the_same(component: Component) -> None:
    extractor = component.create(IdentifierExtractor, statuts=str(STATUTS))
    extractor.train(TrainingData([]))
    once = component.files()
    extractor.train(TrainingData([]))
    assert component.files() == once


def test_loaded_without_training_identifiers_are_found_and_statuses_are_not(component: Component) -> None:
    extractor = component.load(IdentifierExtractor, statuts=str(STATUTS))
    assert [(item["entity"], item["value"]) for item in entities(extractor, "A9 suspendue")] == [("cadre", "A9")]


def test_training_without_the_table_fails_loudly(component: Component, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        component.create(IdentifierExtractor, statuts=str(tmp_path / "absent.csv")).train(TrainingData([]))


def test_a_change_in_the_table_makes_rasa_train_again(tmp_path: Path) -> None:
    table = tmp_path / "statuts.csv"
    config = {"statuts": str(table)}

    def key() -> str:
        return calculate_fingerprint_key(IdentifierExtractor, config, {})

    absent = key()
    table.write_text("code,edi,libelle,alias,domaine\nA,01,Un,,facture\n", encoding="utf-8")
    one = key()
    assert one == key()
    table.write_text("code,edi,libelle,alias,domaine\nA,01,Deux,,facture\n", encoding="utf-8")
    assert len({absent, one, key()}) == 3


def test_the_component_is_registered_in_rasas_recipe_as_a_trainable_entity_extractor() -> None:
    registered = DefaultV1Recipe._registered_components["IdentifierExtractor"]
    assert registered.is_trainable
    assert registered.types == {DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR}


def test_all_kinds_it_gives_are_entities_of_the_domain(trained: IdentifierExtractor) -> None:
    domain = (STATUTS.parents[2] / "domain.yml").read_text(encoding="utf-8")
    text = (
        "facture FA-1 A9 siret 73282932000074 siren 130025265 EJ 1300012345 code service S_1 CPP0012345678 ANO-14 "
        "FR7630006000011234567890189 suspendue"
    )
    kinds = {item["entity"] for item in entities(trained, text)}
    assert len(kinds) == 10
    assert all(f"\n- {kind}\n" in domain for kind in kinds)


@settings(max_examples=60)
@given(text=st.text(max_size=60))
def test_no_text_makes_it_fail_and_offsets_are_those_of_the_text(trained: IdentifierExtractor, text: str) -> None:
    for item in entities(trained, text) or []:
        assert 0 <= item["start"] < item["end"] <= len(text)
        assert isinstance(item["value"], str)
        assert item["value"]


@pytest.mark.parametrize("text", NAUGHTY, ids=short)
def test_no_nasty_string_makes_it_fail(trained: IdentifierExtractor, text: str) -> None:
    json.dumps(entities(trained, text))
