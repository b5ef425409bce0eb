"""Interrupting any journey at any step and coming back loses nothing.

Every situation with all its steps, every outcome of the deposit with all its questions, every question of a run of each quiz.
At each of these moments the person asks something else, looks an invoice up, begins a sollicitation, opens the private link
elsewhere, and finds the service started anew. The same question is there each time; the end is that of an uninterrupted journey.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from html import unescape
from typing import Any

import httpx
import pytest
import pytest_asyncio

from actions.journey_replies import INTENTS
from assistant.journeys import account, deposit, quiz
from assistant.journeys import service as journeys_service
from assistant.journeys.enums import EtatEtape, Genre
from assistant.journeys.load import load_journeys
from assistant.journeys.state import Commande, Etat, EtatCompte, EtatFacture, EtatQuiz
from tests.support.http import Service, make_settings, started
from tests.support.journeys import JourneyTalk
from tests.support.paths import KNOWLEDGE
from tests.support.rasa_stub import RasaStub, entry
from tests.support.trackers import action_call, button_call

JOURNEYS = load_journeys(KNOWLEDGE)
BUTTONS = {EtatEtape.FAITE: "C'est fait", EtatEtape.BLOQUEE: "Je suis bloqué", EtatEtape.PASSEE: "Passer"}


class Distracted:
    """Somebody in the middle of a journey, who does something else and comes back."""

    def __init__(self, talk: JourneyTalk, genre: Genre, rasa: RasaStub, cle: str = "") -> None:
        self.talk = talk
        self.genre = genre
        self.rasa = rasa
        self.cle = cle

    async def asks_something(self) -> None:
        """A fiche answers, and the question comes back."""
        said, before = "comment trouver le code service de mon client ?", self.talk.asked
        assert await self.talk.say(said, "fiche") is False
        answer = await self.talk.run(
            action_call(
                "action_repondre_fiche", said, intent="fiche", fiche="services-code-service-trouver", **self.talk.options()
            )
        )
        assert answer["responses"][0]["custom"]["fiche"] == "services-code-service-trouver"
        await self.talk.come_back()
        assert self.talk.asked == before

    async def looks_an_invoice_up(self) -> None:
        """The invoice is dealt with, and the question comes back."""
        said, before = "où en est la facture 2026-0147 ?", self.talk.asked
        assert await self.talk.say(said, "suivre_facture") is False
        found = {"numero_facture": "2026-0147"}
        answer = await self.talk.run(
            action_call("action_suivre_facture", said, intent="suivre_facture", entities=found, **self.talk.options())
        )
        assert answer["responses"]
        await self.talk.come_back()
        assert self.talk.asked == before

    async def begins_a_sollicitation(self) -> None:
        """The journey is put aside, a draft begins; the button of the journey puts the draft aside in its turn."""
        before, again = self.talk.asked, await self._suspend("je veux faire une sollicitation", "preparer_sollicitation")
        await self.talk.run(button_call("action_preparer_sollicitation", "/preparer_sollicitation", **self.talk.options()))
        chosen = '/preparer_sollicitation{"sujet": "categorie:facture_rejetee"}'
        await self.talk.run(button_call("validate_sollicitation_form", chosen, **self._asking("sol_categorie")))
        assert self.talk.slots["sol_categorie"] == "facture_rejetee"
        aside = await self.talk.run(button_call("validate_sollicitation_form", again, **self._asking("sol_siret")))
        assert aside == {"events": [], "responses": []}
        await self.talk.run(button_call("action_suspendre_sollicitation", again, **self.talk.options()))
        await self._resume(again)
        assert self.talk.asked == before
        assert self.talk.slots["sol_categorie"] == "facture_rejetee", "the draft is kept as well"

    async def opens_the_link_elsewhere(self, command: str = "") -> None:
        """Another device, with nothing but the private link, shows the same question; it may answer it too."""
        await self._suspend("stop", "annuler")
        told = self.talk.said[-1]["text"]
        self.rasa.says(entry(told, kind="notice"))
        assert self.talk.chat is not None
        link = (await self.talk.chat.say("stop"))[-1]["text"].partition("(/parcours/reprendre")[2].partition(")")[0]
        assert link.startswith("#")
        app = self.talk.service.app
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://ailleurs.test") as elsewhere:
            opened = await elsewhere.post("/parcours/reprendre", data={"lien": link})
            assert opened.status_code == 303
            page = unescape((await elsewhere.get(self.page)).text).replace("\u00a0", " ")
            assert self.expected_on_the_page() in page
            if command:
                assert (await elsewhere.post(self.page, data={"commande": command})).status_code == 303

    async def finds_the_service_started_anew(self, anew: Callable[[], Awaitable[Service]]) -> None:
        """Another process on the same database; Rasa has forgotten everything too."""
        before, again = self.talk.asked, await self._suspend("au revoir", "au_revoir")
        assert self.talk.chat is not None
        self.talk.service = self.talk.chat.service = await anew()
        self.talk.slots.clear()
        await self._resume(again)
        assert self.talk.asked == before

    async def comes_back(self) -> None:
        """By a button, after the link was opened elsewhere."""
        await self._resume(self.resume)

    @property
    def page(self) -> str:
        return f"/quiz/{self.cle}" if self.cle else f"/parcours/{self.genre}"

    @property
    def resume(self) -> str:
        """What the button « reprendre » carries."""
        value = f"{self.cle}/reprendre" if self.cle else "reprendre"
        return f"/{INTENTS[self.genre]}" + json.dumps({"valeur": value})

    def expected_on_the_page(self) -> str:
        """The words of the question that the page must show: the title of the step, or the question."""
        lines = [line for line in self.talk.question.splitlines() if line]
        if self.genre is Genre.COMPTE and lines[0].startswith("**"):
            return lines[0].strip("*").partition(" : ")[2].partition(".**")[0]
        return lines[1] if self.cle else lines[0]

    def _asking(self, slot: str) -> dict[str, Any]:
        return {"slots": self.talk.slots | {"requested_slot": slot}, "sender": self.talk.sender}

    async def _suspend(self, said: str, intent: str) -> str:
        """The rule that puts the journey aside; returns its button."""
        assert await self.talk.say(said, intent) is False
        await self.talk.run(action_call("action_suspendre_parcours", said, intent=intent, **self.talk.options()))
        [button] = self.talk.said[-1]["buttons"]
        assert button["payload"] == self.resume
        self.talk.slots["requested_slot"] = None
        self.talk.active = False
        return str(button["payload"])

    async def _resume(self, payload: str) -> None:
        assert not self.talk.active
        await self.talk.begin(payload)


@pytest_asyncio.fixture
async def anew(database_url: str, rasa: RasaStub) -> AsyncIterator[Callable[[], Awaitable[Service]]]:
    """Starts the service on the same database, with nothing of the one before."""
    async with AsyncExitStack() as stack:
        yield lambda: stack.enter_async_context(started(make_settings(database_url, rasa_url=rasa.url)))


async def state_of(talk: JourneyTalk, genre: Genre, cle: str = "") -> Etat | None:
    sessions = talk.service.app.state.context.services.sessions
    carnet_id = await journeys_service.carnet_of_conversation(sessions=sessions, rasa_sender=talk.sender)
    assert carnet_id is not None
    return await journeys_service.current(sessions=sessions, carnet_id=carnet_id, genre=genre, cle=cle)


async def be_distracted(person: Distracted, anew: Callable[[], Awaitable[Service]], *, restart: bool, command: str) -> None:
    """All at one moment, the last of which may do `command` on the other device."""
    await person.asks_something()
    await person.looks_an_invoice_up()
    await person.begins_a_sollicitation()
    if restart:
        await person.finds_the_service_started_anew(anew)
    await person.opens_the_link_elsewhere(command)
    await person.comes_back()


# --- the account ----------------------------------------------------------------------------------------------------


def first_met() -> dict[str, set[str]]:
    """For each situation the steps that no earlier situation has: the service is started anew at each step once."""
    met: set[str] = set()
    found = {}
    for branche in JOURNEYS.compte.branches:
        found[branche.id] = set(branche.etapes) - met
        met |= set(branche.etapes)
    return found


@pytest.mark.parametrize("branche", [branche.id for branche in JOURNEYS.compte.branches])
async def test_every_step_of_every_situation_survives_every_interruption(
    service: Service, rasa: RasaStub, anew: Callable[[], Awaitable[Service]], branche: str
) -> None:
    talk = await JourneyTalk.open(service)
    person = Distracted(talk, Genre.COMPTE, rasa)
    await talk.begin("/commencer_parcours")
    await be_distracted(person, anew, restart=False, command="")
    await talk.press(JOURNEYS.branches[branche].court)
    never_interrupted = account.advance(JOURNEYS, EtatCompte(), Commande.parse(f"situation:{branche}"))
    alone = first_met()[branche]
    etapes = JOURNEYS.branches[branche].etapes
    for rank, etape in enumerate(etapes):
        said = list(EtatEtape)[rank % 3]
        command = f"marquer:{etape}:{said}"
        elsewhere = rank % 2 == 1
        await be_distracted(person, anew, restart=etape in alone, command=command if elsewhere else "")
        if not elsewhere:
            title = BUTTONS[said]
            facultative = said is EtatEtape.PASSEE and JOURNEYS.etapes[etape].facultative
            await talk.press(f"{title} (facultatif)" if facultative else title)
        never_interrupted = account.advance(JOURNEYS, never_interrupted, Commande.parse(command))
        if said is EtatEtape.BLOQUEE:
            assert f"**Bloqué à l'étape {rank + 1} " in talk.question
            await be_distracted(person, anew, restart=False, command="")
            await talk.press("Continuer quand même")
            never_interrupted = account.advance(JOURNEYS, never_interrupted, Commande.parse("aller"))
        assert await state_of(talk, Genre.COMPTE) == never_interrupted
    assert not talk.active
    vu = account.view(JOURNEYS, never_interrupted)
    assert f"Étapes faites : {len(vu.selon(EtatEtape.FAITE))} sur {len(etapes)}." in talk.told


# --- the invoice ----------------------------------------------------------------------------------------------------


def ways() -> dict[str, list[tuple[str, str]]]:
    """The shortest way to each outcome: question and answer."""
    found: dict[str, list[tuple[str, str]]] = {}
    todo: list[tuple[str, list[tuple[str, str]]]] = [(JOURNEYS.facture.questions[0].id, [])]
    for name, before in todo:
        if name in JOURNEYS.resultats:
            found.setdefault(name, before)
        else:
            todo += [(choix.vers, [*before, (name, choix.id)]) for choix in JOURNEYS.questions[name].choix]
    return found


def test_there_is_a_way_to_each_outcome_and_each_question_is_on_one() -> None:
    assert set(ways()) == set(JOURNEYS.resultats)
    assert {question for way in ways().values() for question, _ in way} == set(JOURNEYS.questions)


@pytest.mark.parametrize("outcome", list(JOURNEYS.resultats))
async def test_every_question_on_the_way_to_every_outcome_survives_every_interruption(
    service: Service, rasa: RasaStub, anew: Callable[[], Awaitable[Service]], outcome: str
) -> None:
    talk = await JourneyTalk.open(service)
    person = Distracted(talk, Genre.FACTURE, rasa)
    await talk.begin("/commencer_depot")
    never_interrupted, way = EtatFacture(), ways()[outcome]
    for rank, (question, choix) in enumerate(way):
        command = f"repondre:{question}:{choix}"
        elsewhere = rank % 2 == 1
        last = rank == len(way) - 1
        await be_distracted(person, anew, restart=last, command=command if elsewhere else "")
        if not elsewhere:
            await talk.press(next(one.titre for one in JOURNEYS.questions[question].choix if one.id == choix))
        never_interrupted = deposit.advance(JOURNEYS, never_interrupted, Commande.parse(command))
        assert await state_of(talk, Genre.FACTURE) == never_interrupted
    assert not talk.active
    assert f"**{JOURNEYS.resultats[outcome].titre}**" in talk.told


# --- quizzes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("serie", list(JOURNEYS.series))
async def test_every_question_of_a_quiz_survives_every_interruption(
    service: Service, rasa: RasaStub, anew: Callable[[], Awaitable[Service]], serie: str
) -> None:
    talk = await JourneyTalk.open(service)
    person = Distracted(talk, Genre.QUIZ, rasa, serie)
    await talk.begin("/commencer_quiz")
    await talk.press(JOURNEYS.series[serie].titre)
    drawn = await state_of(talk, Genre.QUIZ, serie)
    assert isinstance(drawn, EtatQuiz)
    for rank, tire in enumerate(drawn.tirage):
        place = tire.ordre.index(0 if rank < 6 else 1)
        command = f"repondre:{tire.item}:{place}"
        elsewhere = rank % 2 == 1
        await be_distracted(person, anew, restart=rank in (0, 9), command=command if elsewhere else "")
        if not elsewhere:
            await talk.press(JOURNEYS.items[tire.item].choix[tire.ordre[place]])
        drawn = quiz.answer(JOURNEYS, JOURNEYS.series[serie], drawn, Commande.parse(command))
        assert await state_of(talk, Genre.QUIZ, serie) == drawn
    assert not talk.active
    assert "**Votre résultat : 6 sur 10**" in talk.told
