"""Journeys and quizzes in the conversation: what each action says, does and keeps."""

import json
from collections.abc import Awaitable, Callable

import pytest
import pytest_asyncio
from sqlalchemy import text

from actions.base import Services
from actions.journey_turns import INTERRUPTIONS
from tests.support.http import Service
from tests.support.journeys import JourneyTalk
from tests.support.trackers import action_call, slots_set

COMPTE, FACTURE, QUIZ = "commencer_parcours", "commencer_depot", "commencer_quiz"


@pytest_asyncio.fixture
async def new_talk(service: Service) -> Callable[[], Awaitable[JourneyTalk]]:
    """Opens a conversation of its own."""
    return lambda: JourneyTalk.open(service)


@pytest_asyncio.fixture
async def talk(service: Service) -> JourneyTalk:
    """One conversation."""
    return await JourneyTalk.open(service)


# --- the account ----------------------------------------------------------------------------------------------------


async def test_the_account_journey_asks_for_the_situation_first(talk: JourneyTalk, services: Services) -> None:
    await talk.begin("/commencer_parcours")
    assert "une étape à la fois" in talk.told
    assert talk.question == "Quelle est votre situation ?"
    assert talk.asked is not None
    assert [one["title"] for one in talk.asked["buttons"]] == [one.court for one in services.journeys.compte.branches]


@pytest.mark.parametrize(
    "branche",
    [
        "auto-entrepreneur",
        "entreprise",
        "plusieurs-siret",
        "association",
        "etrangere",
        "organisme-public",
        "sous-traitant",
        "gestionnaire-parti",
    ],
)
async def test_every_situation_is_walked_to_its_end_by_buttons(talk: JourneyTalk, services: Services, branche: str) -> None:
    await talk.begin("/commencer_parcours")
    await talk.press(services.journeys.branches[branche].court)
    etapes = services.journeys.branches[branche].etapes
    for rank, etape in enumerate(etapes, start=1):
        assert f"**Étape {rank} sur {len(etapes)} : {services.journeys.etapes[etape].titre}**" in talk.question
        assert talk.asked is not None
        assert talk.asked["custom"]["sources"]
        await talk.press("C'est fait")
    assert not talk.active
    assert f"Étapes faites : {len(etapes)} sur {len(etapes)}." in talk.told
    assert "(/parcours/reprendre)" in talk.told


async def test_steps_are_answered_by_words_too(talk: JourneyTalk) -> None:
    await talk.begin("je suis une association, guidez-moi", COMPTE)
    assert "Étape 1 sur 13" in talk.question
    await talk.say("c'est fait", "affirmer")
    assert "Étape 2 sur 13" in talk.question
    await talk.say("je suis bloquée", "fiche")
    assert "**Bloqué à l'étape 2" in talk.question
    await talk.press("Continuer quand même")
    await talk.say("passer", "autre_chose")
    assert "Étape 4 sur 13" in talk.question
    await talk.say("étape précédente", "corriger")
    assert "Étape 3 sur 13" in talk.question
    assert "(Vous aviez répondu : passée.)" in talk.question


async def test_who_is_stuck_is_offered_a_request_for_help(talk: JourneyTalk) -> None:
    await talk.begin('/commencer_parcours{"valeur": "situation:entreprise"}')
    await talk.press("Je suis bloqué")
    assert talk.asked is not None
    payloads = [one["payload"] for one in talk.asked["buttons"]]
    assert "/preparer_sollicitation" in payloads
    assert any(payload.startswith('/fiche{"sujet"') for payload in payloads)


# --- interruptions --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("intent", sorted(INTERRUPTIONS))
async def test_what_a_rule_answers_makes_the_form_step_aside_and_the_same_question_comes_back(
    talk: JourneyTalk, intent: str
) -> None:
    await talk.begin('/commencer_parcours{"valeur": "situation:entreprise"}')
    before = talk.question
    assert await talk.say("comment trouver le code service de mon client ?", intent) is False
    await talk.come_back()
    assert talk.question == before


@pytest.mark.parametrize("intent", ["affirmer", "nier", "corriger", "reprendre", "autre_chose", "nlu_fallback"])
async def test_what_no_rule_answers_is_said_not_to_be_understood(talk: JourneyTalk, intent: str) -> None:
    await talk.begin("/commencer_depot")
    before = talk.question
    assert await talk.say("abracadabra", intent) is True
    assert "Je n'ai pas compris" in talk.told
    assert talk.question == before


@pytest.mark.parametrize(("words", "intent"), [("stop", "annuler"), ("au revoir", "au_revoir")])
async def test_stopping_keeps_all_and_the_journey_goes_on_later(talk: JourneyTalk, words: str, intent: str) -> None:
    await talk.begin('/commencer_parcours{"valeur": "situation:entreprise"}')
    await talk.say("fait", "affirmer")
    assert await talk.say(words, intent) is False
    await talk.run(action_call("action_suspendre_parcours", words, **talk.options()))
    assert "Tout est gardé" in talk.told
    talk.active = False
    await talk.begin("je reprends le parcours", COMPTE)
    assert "Reprenons votre parcours : Entreprise, un SIRET." in talk.told
    assert "Étape 2" in talk.question


async def test_an_old_button_works_after_the_journey_was_left(talk: JourneyTalk) -> None:
    await talk.begin('/commencer_parcours{"valeur": "situation:entreprise"}')
    assert talk.asked is not None
    talk.active = False
    await talk.press("C'est fait")
    assert "Étape 2" in talk.question


async def test_one_journey_leads_to_another_and_back(talk: JourneyTalk) -> None:
    await talk.begin('/commencer_parcours{"valeur": "situation:entreprise"}')
    await talk.say("je veux faire un quiz", QUIZ)
    assert "Laquelle voulez-vous" in talk.question
    await talk.say("je reprends le parcours", COMPTE)
    assert "Étape 1" in talk.question


async def test_a_conversation_never_sees_the_journey_of_another(new_talk: Callable[[], Awaitable[JourneyTalk]]) -> None:
    first, second = await new_talk(), await new_talk()
    await first.begin('/commencer_parcours{"valeur": "situation:entreprise"}')
    await second.begin("/commencer_parcours")
    assert second.question == "Quelle est votre situation ?"


# --- the invoice ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("titles", "cadre"),
    [
        (["Une facture de fournitures ou de services", "Je suis fournisseur ou titulaire, seul"], "A1"),
        (["Une facture de fournitures ou de services", "Je suis cotraitant (membre d'un groupement)"], "A12"),
        (
            [
                "Une facture de fournitures ou de services",
                "Je suis sous-traitant",
                "Le titulaire du marché, directement",
                "Oui, je suis accepté et payé directement",
            ],
            "A9",
        ),
        (
            [
                "Une pièce d'un marché de travaux",
                "L'entreprise titulaire, ou le mandataire",
                "En cours : je demande l'acompte du mois",
            ],
            "A4",
        ),
        (
            [
                "Une pièce d'un marché de travaux",
                "Le maître d'œuvre (MOE), qui suit le chantier",
                "Le projet de décompte mensuel de l'entreprise",
            ],
            "A15",
        ),
    ],
)
async def test_the_questions_of_the_deposit_end_in_a_cadre(talk: JourneyTalk, titles: list[str], cadre: str) -> None:
    await talk.begin("/commencer_depot")
    for title in titles:
        await talk.press(title)
    assert not talk.active
    assert f"Cadre de facturation : **{cadre}**" in talk.told
    for word in ("Qui valide", "Les pièces", "Les délais", "Le chemin de votre document"):
        assert word in talk.told


async def test_the_deposit_is_answered_by_rank_and_by_words(talk: JourneyTalk) -> None:
    await talk.begin("/commencer_depot")
    await talk.say("1", "donner_identifiant")
    assert talk.question == "Quelle est votre place dans ce marché ?"
    await talk.say("je suis sous-traitant", "fiche")
    assert talk.question == "Qui vous fait travailler ?"
    await talk.say("retour", "corriger")
    assert talk.question == "Quelle est votre place dans ce marché ?"


async def test_a_question_in_the_middle_is_never_taken_for_an_answer(talk: JourneyTalk) -> None:
    await talk.begin("/commencer_depot")
    assert await talk.say("c'est quoi un avoir ?", "definir_terme") is False


async def test_another_invoice_begins_the_questions_anew(talk: JourneyTalk) -> None:
    await talk.begin("/commencer_depot")
    await talk.press("Une facture que le client a déjà payée")
    assert "**A2**" in talk.told
    await talk.begin("guide-moi pour une autre facture", FACTURE)
    assert talk.question == "Que voulez-vous déposer ?"


# --- quizzes --------------------------------------------------------------------------------------------------------


async def answer(talk: JourneyTalk, services: Services, *, right: bool) -> None:
    assert talk.asked is not None
    titles = [one["title"] for one in talk.asked["buttons"]]
    [item] = [one for one in services.journeys.items.values() if one.question in talk.question and one.bonne in titles]
    await talk.press(item.bonne if right else item.mauvaises[0])
    assert item.explication in talk.told


@pytest.mark.parametrize("serie", ["fondamentaux", "vocabulaire", "anomalies"])
async def test_a_quiz_explains_each_answer_and_ends_in_a_score_by_theme(
    talk: JourneyTalk, services: Services, serie: str
) -> None:
    await talk.begin("/commencer_quiz")
    await talk.press(services.journeys.series[serie].titre)
    for rank in range(10):
        assert f"**Question {rank + 1} sur 10**" in talk.question
        await answer(talk, services, right=rank < 8)
        assert talk.said[0]["custom"]["sources"]
    assert not talk.active
    assert "**Votre résultat : 8 sur 10**" in talk.told
    for theme in services.journeys.series[serie].themes:
        assert f"- {theme.titre} : " in talk.told
    buttons = talk.said[-1]["buttons"]
    assert any(one["payload"].startswith('/fiche{"sujet"') for one in buttons)


async def test_a_quiz_is_named_in_the_first_words_resumed_and_compared(talk: JourneyTalk, services: Services) -> None:
    await talk.begin("quiz sur les anomalies", QUIZ)
    await answer(talk, services, right=True)
    talk.active = False
    await talk.begin("je reprends le quiz", QUIZ)
    assert "Reprenons" in talk.told
    assert "**Question 2 sur 10**" in talk.question
    for _ in range(9):
        await answer(talk, services, right=False)
    again = f"/commencer_quiz{json.dumps({'valeur': 'anomalies/recommencer'})}"
    await talk.begin(again)
    for _ in range(10):
        await answer(talk, services, right=True)
    assert "Premier essai : 1 sur 10. Dernier essai : 10 sur 10." in talk.told


async def test_a_quiz_is_answered_by_rank(talk: JourneyTalk) -> None:
    await talk.begin("quiz vocabulaire", QUIZ)
    await talk.say("la deuxième", "nlu_fallback")
    assert "C'est juste" in talk.told or "Ce n'est pas ça" in talk.told
    assert "**Question 2 sur 10**" in talk.question


@pytest.mark.parametrize("value", ["n'importe quoi", "anomalies/repondre:QX-00:1", "inconnu/recommencer", "marquer:x:faite"])
async def test_a_button_that_fits_nothing_is_said_and_nothing_breaks(talk: JourneyTalk, value: str) -> None:
    await talk.begin(f"/commencer_quiz{json.dumps({'valeur': value})}")
    assert talk.told


# --- when things fail -----------------------------------------------------------------------------------------------


async def test_a_database_that_fails_is_told_with_a_reference(talk: JourneyTalk) -> None:
    await talk.begin('/commencer_parcours{"valeur": "situation:entreprise"}')
    async with talk.service.app.state.context.services.sessions() as session, session.begin():
        await session.execute(text("DROP TABLE parcours"))
    answer = await talk.service.action(action_call("validate_parcours_form", "fait", intent="affirmer", **talk.options()))
    [said] = answer["responses"]
    assert said["custom"]["kind"] == "error"
    assert said["text"].rsplit(" ", 1)[1] in talk.service.log
    assert slots_set(answer) == {"requested_slot": "parcours_tour"}


async def test_without_a_conversation_the_page_is_named_and_the_form_ends(service: Service) -> None:
    shell = JourneyTalk(service, "shell")
    await shell.begin("/commencer_parcours")
    assert "La page « Parcours »" in shell.told
    assert not shell.active
