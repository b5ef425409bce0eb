"""Answers from fiches and tables, through the webhook, as Rasa asks for them."""

from typing import Any

import pytest

from actions.base import Services
from assistant.knowledge.answers import FOLLOW_UPS, as_steps
from assistant.knowledge.schemas import Section
from assistant.knowledge.subjects import Sujet
from tests.support.http import Service
from tests.support.trackers import action_call, button_call, slots_set

FORGOTTEN = "compte-mot-de-passe-oublie"
PASTED = "Le code service de la structure publique destinataire est inconnu ou inactif dans Chorus Pro"
NONSENSE = "xqzt wrgl bnpf"


async def only(service: Service, call: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The one thing said, and the slots set."""
    answer = await service.action(call)
    [said] = answer["responses"]
    return said, slots_set(answer)


def titles(said: dict[str, Any]) -> list[str]:
    return [button["title"] for button in said["buttons"]]


def payloads(said: dict[str, Any]) -> list[str]:
    return [button["payload"] for button in said["buttons"]]


# --- fiches ---------------------------------------------------------------------------------------------------------


async def test_the_fiche_that_rasa_recognised_is_answered_with_its_sources(service: Service, services: Services) -> None:
    fiche = services.knowledge.fiches[FORGOTTEN]
    said, slots = await only(
        service,
        action_call(
            "action_repondre_fiche",
            "j'ai oublié mon mot de passe",
            intent="fiche",
            ranking=[(f"fiche/{FORGOTTEN}", 0.97)],
            fiche=FORGOTTEN,
        ),
    )
    assert said["text"] == fiche.texte
    assert said["custom"]["kind"] == "answer"
    assert (said["custom"]["fiche"], said["custom"]["confidence"]) == (FORGOTTEN, 0.97)
    assert [source["url"] for source in said["custom"]["sources"]] == [source.url for source in fiche.sources]
    assert slots == {"incomprehensions": 0.0, "sujet_courant": f"fiche:{FORGOTTEN}"}


async def test_a_button_says_its_subject_whatever_the_selector_named(service: Service, services: Services) -> None:
    code = next(iter(services.knowledge.statuts))
    said, slots = await only(
        service, button_call("action_repondre_fiche", f'/fiche{{"sujet": "statut:{code}"}}', fiche=FORGOTTEN)
    )
    assert said["text"].startswith(f"**{services.knowledge.statuts[code].libelle}**")
    assert slots["sujet_courant"] == f"statut:{code}"


async def test_an_error_message_pasted_whole_wins_over_the_fiche(service: Service) -> None:
    said, slots = await only(
        service, action_call("action_repondre_fiche", f"Bonjour, « {PASTED} », que faire ?", intent="fiche", fiche=FORGOTTEN)
    )
    assert slots["sujet_courant"] == "anomalie:ANO-09"
    assert "**Cause.**" in said["text"] and "**Ce qu'il faut faire.**" in said["text"]


@pytest.mark.parametrize(
    "call",
    [
        action_call("action_repondre_fiche", NONSENSE, intent="fiche", fiche="n-existe-plus"),
        action_call("action_repondre_fiche", NONSENSE, intent="fiche"),
        button_call("action_repondre_fiche", '/fiche{"sujet": "fiche:n-existe-plus"}'),
        button_call("action_repondre_fiche", '/fiche{"sujet": "nimporte"}'),
    ],
)
async def test_a_fiche_that_is_not_there_is_admitted(service: Service, call: dict[str, Any]) -> None:
    said, slots = await only(service, call)
    assert said["custom"]["kind"] in ("unknown", "choices")
    assert said["buttons"]
    assert "sujet_courant" not in slots


# --- several questions ----------------------------------------------------------------------------------------------


def asked(text: str, intent: str, *, fiche: str | None = None, statut: str | None = None) -> dict[str, Any]:
    """One question of several, as assistant/nlu/question_splitter.py leaves it."""
    entities = {"statut": statut} if statut else None
    ranking = [(f"fiche/{fiche}" if fiche else intent, 0.7), ("fiche/compte-creer", 0.2)]
    call = action_call("x", text, intent=intent, fiche=fiche, entities=entities, ranking=ranking)
    message: dict[str, Any] = call["tracker"]["latest_message"]
    return {key: message[key] for key in ("text", "intent", "intent_ranking", "entities", "response_selector")}


async def test_each_question_of_a_message_gets_its_answer_under_its_own_words(service: Service, services: Services) -> None:
    call = action_call("action_repondre_fiche", "mdp oublié ? et c'est quoi rejetée ?", intent="fiche", fiche=FORGOTTEN)
    call["tracker"]["latest_message"]["questions"] = [
        asked("mdp oublié ?", "fiche", fiche=FORGOTTEN),
        asked("et c'est quoi rejetée ?", "expliquer_statut", statut="REJETEE"),
    ]
    answer = await service.action(call)
    first, second = answer["responses"]
    assert first["text"].startswith("**« mdp oublié ? »**\n\n")
    assert services.knowledge.fiches[FORGOTTEN].texte in first["text"]
    assert services.knowledge.fiches["compte-creer"].reponse not in first["text"]
    assert second["text"].startswith("**« et c'est quoi rejetée ? »**\n\n")
    assert services.knowledge.statuts["REJETEE"].sens in second["text"]
    # A follow-up goes on with what was said last.
    assert slots_set(answer)["sujet_courant"] == "statut:REJETEE"


# --- statuses -------------------------------------------------------------------------------------------------------


async def test_the_named_status_is_explained(service: Service, services: Services) -> None:
    said, slots = await only(
        service,
        action_call("action_expliquer_statut", "à recycler ?", intent="expliquer_statut", entities={"statut": "A_RECYCLER"}),
    )
    statut = services.knowledge.statuts["A_RECYCLER"]
    assert statut.sens in said["text"] and as_steps(statut.action) in said["text"]
    assert said["custom"]["sources"] == [statut.source.model_dump()]
    assert slots["sujet_courant"] == "statut:A_RECYCLER"


@pytest.mark.parametrize("entities", [{}, {"statut": "INCONNU_AU_BATAILLON"}])
async def test_without_a_status_the_usual_ones_are_asked(service: Service, entities: dict[str, str | list[str]]) -> None:
    said, slots = await only(
        service, action_call("action_expliquer_statut", "mon statut ?", intent="expliquer_statut", entities=entities)
    )
    assert said["custom"]["kind"] == "question"
    assert said["text"].startswith("De quel statut s'agit-il ?")
    assert titles(said) == ["Statut « À recycler »", "Statut « Suspendue »", "Statut « Rejetée »", "Autre chose"]
    assert "sujet_courant" not in slots


async def test_several_statuses_become_three_choices_at_most(service: Service) -> None:
    codes = ["REJETEE", "SUSPENDUE", "A_RECYCLER", "DEPOSEE", "REJETEE"]
    said, _ = await only(
        service, action_call("action_expliquer_statut", "…", intent="expliquer_statut", entities={"statut": codes})
    )
    assert (said["custom"]["kind"], said["text"]) == ("choices", "Je vois plusieurs statuts possibles. Lequel s'affiche ?")
    assert titles(said) == ["Statut « Rejetée »", "Statut « Suspendue »", "Statut « À recycler »", "Autre chose"]


async def test_the_same_status_said_twice_is_one(service: Service) -> None:
    _, slots = await only(service, action_call("action_expliquer_statut", "…", entities={"statut": ["REJETEE", "REJETEE"]}))
    assert slots["sujet_courant"] == "statut:REJETEE"


# --- anomalies ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "entities"),
    [(PASTED, {}), ("code service inconnu", {"anomalie": "ANO-09"}), (PASTED.replace("inconnu", "inconu").upper(), {})],
)
async def test_an_anomaly_is_explained_by_its_message_or_its_name(
    service: Service, text: str, entities: dict[str, str | list[str]]
) -> None:
    said, slots = await only(
        service, action_call("action_expliquer_anomalie", text, intent="expliquer_anomalie", entities=entities)
    )
    assert said["custom"]["kind"] == "answer"
    assert "**Cause.**" in said["text"]
    assert slots["sujet_courant"] == "anomalie:ANO-09"


async def test_an_anomaly_is_explained_by_the_words_of_its_symptoms(service: Service, services: Services) -> None:
    anomalie = services.knowledge.anomalies["ANO-09"]
    _, slots = await only(service, action_call("action_expliquer_anomalie", anomalie.symptomes[0], intent="expliquer_anomalie"))
    assert slots["sujet_courant"] == "anomalie:ANO-09"


@pytest.mark.parametrize("text", ["", "/expliquer_anomalie"])
async def test_without_a_word_about_it_the_message_is_asked(service: Service, text: str) -> None:
    said, _ = await only(service, action_call("action_expliquer_anomalie", text, intent="expliquer_anomalie"))
    assert (said["custom"]["kind"], said["text"].startswith("Quel message s'affiche ?")) == ("question", True)


async def test_an_unknown_message_is_admitted_with_the_way_on(service: Service) -> None:
    said, slots = await only(
        service, action_call("action_expliquer_anomalie", "recette de la tarte aux pommes", intent="expliquer_anomalie")
    )
    assert said["custom"]["kind"] == "unknown"
    assert said["text"].startswith("Je ne connais pas ce message.")
    assert payloads(said) == ["/preparer_sollicitation"]
    assert "sujet_courant" not in slots


# --- cadres ---------------------------------------------------------------------------------------------------------


async def test_the_named_cadre_is_explained(service: Service, services: Services) -> None:
    said, slots = await only(
        service, action_call("action_expliquer_cadre", "le cadre A9", intent="expliquer_cadre", entities={"cadre": "A9"})
    )
    assert said["text"].startswith(f"**A9 : {services.knowledge.cadres['A9'].libelle}**")
    assert slots["sujet_courant"] == "cadre:A9"


async def test_two_cadres_are_compared(service: Service) -> None:
    said, _ = await only(
        service, action_call("action_expliquer_cadre", "A1 ou A2", intent="expliquer_cadre", entities={"cadre": ["A1", "A2"]})
    )
    assert "**Cadre A1** :" in said["text"] and "**Cadre A2** :" in said["text"]


@pytest.mark.parametrize("entities", [{}, {"cadre": "A99"}, {"cadre": ["A1", "A2", "A3"]}])
async def test_without_one_known_cadre_it_is_asked(service: Service, entities: dict[str, str | list[str]]) -> None:
    said, _ = await only(
        service, action_call("action_expliquer_cadre", "quel cadre", intent="expliquer_cadre", entities=entities)
    )
    assert said["custom"]["kind"] == "question"
    assert said["text"].startswith("De quel cadre de facturation s'agit-il ?")


# --- terms ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["c'est quoi un code service", "C’EST QUOI LE CODE SERVICE DANS CHORUS PRO ?", "code servise c koi"]
)
async def test_a_term_is_defined(service: Service, services: Services, text: str) -> None:
    said, slots = await only(
        service, action_call("action_definir_terme", text, intent="definir_terme", ranking=[("definir_terme", 0.9)])
    )
    assert said["text"].startswith(f"**Code service** : {services.knowledge.termes['Code service'].definition}")
    assert slots["sujet_courant"] == "terme:Code service"


async def test_a_status_or_a_cadre_can_be_asked_as_a_term(service: Service, services: Services) -> None:
    statut = next(
        one for one in services.knowledge.statuts.values() if services.terms.find(one.libelle) == [Sujet("statut", one.code)]
    )
    said, slots = await only(
        service, action_call("action_definir_terme", f"que veut dire {statut.libelle}", intent="definir_terme")
    )
    assert slots["sujet_courant"] == f"statut:{statut.code}"
    assert statut.sens in said["text"]
    _, slots = await only(service, action_call("action_definir_terme", "c'est quoi A9", intent="definir_terme"))
    assert slots["sujet_courant"] == "cadre:A9"


async def test_a_term_that_is_none_is_answered_by_the_fiche_that_is_surely_about_it(service: Service, services: Services) -> None:
    question = services.knowledge.fiches[FORGOTTEN].questions[1]
    call = action_call(
        "action_definir_terme", question, intent="definir_terme", ranking=[("definir_terme", 0.5), (f"fiche/{FORGOTTEN}", 0.4)]
    )
    found = services.terms.find(question)
    said, slots = await only(service, call)
    assert found == []
    assert (said["custom"]["fiche"], slots["sujet_courant"]) == (FORGOTTEN, f"fiche:{FORGOTTEN}")


@pytest.mark.parametrize("action", ["action_definir_terme", "action_comparer_termes"])
async def test_words_that_are_no_term_are_admitted(service: Service, action: str) -> None:
    said, slots = await only(service, action_call(action, NONSENSE, ranking=[("definir_terme", 0.9)]))
    assert said["custom"]["kind"] == "unknown"
    assert payloads(said)[-1] == "/preparer_sollicitation"
    assert slots == {"incomprehensions": 1.0}


async def test_two_terms_are_told_apart(service: Service, services: Services) -> None:
    said, slots = await only(
        service,
        action_call(
            "action_comparer_termes",
            "différence entre code service et numéro d'engagement dans Chorus Pro",
            intent="comparer_termes",
        ),
    )
    termes = services.knowledge.termes
    assert f"**Code service** : {termes['Code service'].definition}" in said["text"]
    engagement = termes["Numéro d'engagement"]
    assert f"**Numéro d'engagement** : {engagement.definition}" in said["text"]
    assert slots["sujet_courant"] == "terme:Code service"


# --- going on -------------------------------------------------------------------------------------------------------


async def test_a_follow_up_goes_on_with_the_current_subject(service: Service, services: Services) -> None:
    fiche = services.knowledge.fiches[FORGOTTEN]
    slots = {"sujet_courant": f"fiche:{FORGOTTEN}"}
    said, kept = await only(
        service, action_call("action_continuer_sujet", "et si ça ne marche pas", intent="suite_echec", slots=slots)
    )
    assert said["text"] == fiche.sections[Section.SI_CA_NE_MARCHE_PAS]
    assert payloads(said) == [f'/preparer_sollicitation{{"sujet": "fiche:{FORGOTTEN}"}}']
    assert kept["sujet_courant"] == f"fiche:{FORGOTTEN}"


@pytest.mark.parametrize("intent", FOLLOW_UPS)
@pytest.mark.parametrize("sujet", [None, "", "n'importe quoi"])
async def test_a_follow_up_without_a_subject_asks_what_it_is_about(service: Service, intent: str, sujet: str | None) -> None:
    answer = await service.action(action_call("action_continuer_sujet", "qui ?", intent=intent, slots={"sujet_courant": sujet}))
    [said] = answer["responses"]
    assert (said["custom"]["kind"], said["text"].startswith("De quoi parlons-nous ?")) == ("question", True)
    assert answer["events"] == []


# --- doubt ----------------------------------------------------------------------------------------------------------


async def test_the_fallback_offers_choices_and_forgets_earlier_failures(service: Service) -> None:
    ranking = [(f"fiche/{FORGOTTEN}", 0.3), ("fiche/compte-creer", 0.2), ("nlu_fallback", 0.1)]
    said, slots = await only(
        service, action_call("action_proposer_choix", NONSENSE, ranking=ranking, slots={"incomprehensions": 2.0})
    )
    assert said["custom"]["kind"] == "choices"
    assert titles(said)[-1] == "Autre chose"
    assert len(titles(said)) == 3
    assert slots == {"incomprehensions": 0.0}


async def test_failures_in_a_row_are_counted_and_the_second_goes_to_a_sollicitation(service: Service) -> None:
    first, slots = await only(service, action_call("action_proposer_choix", NONSENSE, slots={"incomprehensions": 0.0}))
    assert (first["custom"]["kind"], slots) == ("unknown", {"incomprehensions": 1.0})
    second, slots = await only(service, action_call("action_proposer_choix", NONSENSE, slots=slots))
    assert second["text"].startswith("Je ne comprends toujours pas, pardon.")
    assert (payloads(second), slots) == (["/preparer_sollicitation"], {"incomprehensions": 2.0})


async def test_a_pasted_message_is_explained_even_when_rasa_did_not_understand(service: Service) -> None:
    said, slots = await only(service, action_call("action_proposer_choix", PASTED))
    assert slots["sujet_courant"] == "anomalie:ANO-09"
    assert said["custom"]["confidence"] >= 0.88


# --- identifiers alone -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "entities", "said_to_be_noted"),
    [
        ("mon siret c'est 73282932000074", {"siret": "73282932000074"}, "SIRET 732 829 320 00074"),
        (
            "facture n° FA-2026-12, siret 73282932000074",
            {"siret": "73282932000074", "numero_facture": "FA-2026-12"},
            "SIRET 732 829 320 00074 et facture FA-2026-12",
        ),
    ],
)
async def test_identifiers_given_alone_are_noted(
    service: Service, text: str, entities: dict[str, str | list[str]], said_to_be_noted: str
) -> None:
    said, slots = await only(service, action_call("action_noter_identifiants", text, entities=entities))
    assert said["custom"]["kind"] == "notice"
    assert said["text"].startswith(f"C'est noté : {said_to_be_noted}.")
    assert slots == {"incomprehensions": 0.0}


async def test_a_message_taken_for_an_identifier_that_holds_none_is_admitted(service: Service) -> None:
    said, _ = await only(service, action_call("action_noter_identifiants", NONSENSE))
    assert said["custom"]["kind"] in ("unknown", "choices")


# --- out of scope ---------------------------------------------------------------------------------------------------


def foreign(text: str, confidence: float) -> dict[str, Any]:
    ranking = [("hors_sujet", confidence), (f"fiche/{FORGOTTEN}", 0.02)]
    return action_call("action_decliner_hors_sujet", text, intent="hors_sujet", ranking=ranking)


async def test_what_is_surely_foreign_is_declined_and_the_subject_stays(service: Service, services: Services) -> None:
    said, slots = await only(service, foreign("quel temps fait-il à Lyon ?", 0.99))
    assert (said["text"], said["custom"]["kind"]) == (services.knowledge.textes["hors_sujet"], "out_of_scope")
    assert (said["buttons"], slots) == ([], {})


async def test_what_may_be_ours_is_declined_with_the_likely_fiche_at_hand(service: Service, services: Services) -> None:
    said, _ = await only(service, foreign("mon sésame est perdu", 0.6))
    assert (said["text"], said["custom"]["kind"]) == (services.knowledge.textes["hors_sujet_peu_sur"], "out_of_scope")
    assert f"fiche:{FORGOTTEN}" in payloads(said)[0]


async def test_an_error_message_or_a_definition_is_answered_though_it_looks_foreign(service: Service) -> None:
    _, slots = await only(service, foreign(f"« {PASTED} » s'affiche", 0.99))
    assert slots["sujet_courant"] == "anomalie:ANO-09"
    _, slots = await only(service, foreign("c'est quoi le code service ?", 0.6))
    assert slots["sujet_courant"] == "terme:Code service"
