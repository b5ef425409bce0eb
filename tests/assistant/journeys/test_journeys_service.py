"""Journeys as they are kept: carnets and their secrets, what survives an interruption, two writers at once, forgetting."""

import asyncio
import random
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from assistant.conversations import service as conversations
from assistant.database import Sessions, create_engine, create_sessions, now
from assistant.journeys import account, deposit, quiz, service
from assistant.journeys.enums import EtatEtape, Genre
from assistant.journeys.load import Journeys
from assistant.journeys.models import Carnet, CarnetJeton, Parcours
from assistant.journeys.state import Commande, Etat, EtatCompte, EtatFacture, EtatQuiz, Refused

STEPS = 60


class Person:
    """Someone who walks at random through all journeys, knows what they did, and comes back when they like."""

    def __init__(self, journeys: Journeys, seed: int) -> None:
        self.journeys = journeys
        self.chance = random.Random(seed)
        self.expected: dict[tuple[Genre, str], Etat] = {}
        self.finished: dict[str, int] = {}

    def choose(self) -> tuple[Genre, str, str]:
        """A journey and a command: mostly one that fits, now and then one that does not."""
        genre = self.chance.choice(list(Genre))
        if self.chance.random() < 0.1:
            cle = "anomalies" if genre is Genre.QUIZ else ""
            return genre, cle, self.chance.choice(["marquer:disparue:faite", "repondre:disparue:0", "situation:disparue"])
        if genre is Genre.COMPTE:
            return genre, "", self._account()
        if genre is Genre.FACTURE:
            return genre, "", self._deposit()
        cle = self.chance.choice(list(self.journeys.series))
        return genre, cle, self._quiz(cle)

    def _account(self) -> str:
        etat = self.expected.get((Genre.COMPTE, ""), EtatCompte())
        assert isinstance(etat, EtatCompte)
        if etat.branche is None or self.chance.random() < 0.05:
            return f"situation:{self.chance.choice(list(self.journeys.branches))}"
        etape = self.chance.choice(self.journeys.branches[etat.branche].etapes)
        said = self.chance.choice(list(EtatEtape))
        return self.chance.choice([f"marquer:{etape}:{said}", f"marquer:{etape}:{said}", f"aller:{etape}", "aller", "retour"])

    def _deposit(self) -> str:
        etat = self.expected.get((Genre.FACTURE, ""), EtatFacture())
        assert isinstance(etat, EtatFacture)
        asked = deposit.view(self.journeys, etat).question
        if asked is None or self.chance.random() < 0.1:
            return self.chance.choice(["retour", "recommencer"])
        return f"repondre:{asked.id}:{self.chance.choice(asked.choix).id}"

    def _quiz(self, cle: str) -> str:
        etat = self.expected.get((Genre.QUIZ, cle))
        assert etat is None or isinstance(etat, EtatQuiz)
        if etat is None or quiz.is_finished(self.journeys, self.journeys.series[cle], etat):
            return "recommencer"
        return f"repondre:{self.chance.choice(etat.tirage).item}:{self.chance.randrange(4)}"

    def remember(self, genre: Genre, cle: str, command: str, etat: Etat) -> None:
        """What the pure functions make of the command: what is kept must be the same."""
        before = self.expected.get((genre, cle))
        commande = Commande.parse(command)
        expected: Etat
        if genre is Genre.COMPTE:
            expected = account.advance(self.journeys, before if isinstance(before, EtatCompte) else EtatCompte(), commande)
        elif genre is Genre.FACTURE:
            expected = deposit.advance(self.journeys, before if isinstance(before, EtatFacture) else EtatFacture(), commande)
        elif command == "recommencer":
            assert isinstance(etat, EtatQuiz)
            assert etat.reponses == {}
            expected = etat
        else:
            assert isinstance(before, EtatQuiz)
            expected = quiz.answer(self.journeys, self.journeys.series[cle], before, commande)
            done = [quiz.is_finished(self.journeys, self.journeys.series[cle], one) for one in (before, expected)]
            self.finished[cle] = self.finished.get(cle, 0) + (done == [False, True])
        assert etat == expected
        self.expected[(genre, cle)] = expected

    async def check(self, sessions: Sessions, carnet_id: str) -> None:
        for (genre, cle), etat in self.expected.items():
            assert await service.current(sessions=sessions, carnet_id=carnet_id, genre=genre, cle=cle) == etat
        for cle in self.journeys.series:
            runs = await service.finished_runs(sessions=sessions, carnet_id=carnet_id, serie=cle)
            assert len(runs) == self.finished.get(cle, 0)


@pytest.mark.parametrize("seed", range(12))
async def test_interrupting_at_any_step_and_coming_back_by_the_link_loses_nothing(
    database_url: str, journeys: Journeys, seed: int
) -> None:
    """A random walk; at random moments everything in memory is thrown away and the private link is opened again."""
    person = Person(journeys, seed)
    engine = create_engine(database_url)
    sessions = create_sessions(engine)
    carnet_id, token = await service.open_carnet(sessions=sessions)
    for _ in range(STEPS):
        genre, cle, command = person.choose()
        if person.chance.random() < 0.25:
            await engine.dispose()
            engine = create_engine(database_url)
            sessions = create_sessions(engine)
            found = await service.carnet_by_token(sessions=sessions, token=token)
            assert found == carnet_id
            await person.check(sessions, carnet_id)
        try:
            etat = await service.act(
                sessions=sessions,
                journeys=journeys,
                carnet_id=carnet_id,
                genre=genre,
                cle=cle,
                commande=Commande.parse(command),
            )
        except Refused:
            await person.check(sessions, carnet_id)
            continue
        person.remember(genre, cle, command, etat)
    await person.check(sessions, carnet_id)
    await engine.dispose()


async def act(sessions: Sessions, journeys: Journeys, carnet_id: str, genre: Genre, command: str, cle: str = "") -> Any:
    return await service.act(
        sessions=sessions, journeys=journeys, carnet_id=carnet_id, genre=genre, cle=cle, commande=Commande.parse(command)
    )


async def test_only_its_secret_opens_a_carnet_and_the_secret_itself_is_not_kept(any_sessions: Sessions) -> None:
    carnet_id, token = await service.open_carnet(sessions=any_sessions)
    assert await service.carnet_by_token(sessions=any_sessions, token=token) == carnet_id
    assert await service.carnet_by_token(sessions=any_sessions, token=f"{token}x") is None
    assert await service.carnet_by_token(sessions=any_sessions, token=carnet_id) is None
    async with any_sessions() as session:
        kept = (await session.scalars(select(CarnetJeton.jeton_hache))).all()
    assert token not in kept


async def test_a_conversation_has_one_carnet_and_each_new_link_leaves_the_earlier_ones_valid(any_sessions: Sessions) -> None:
    opened = await conversations.open_conversation(sessions=any_sessions)
    assert await service.new_link(sessions=any_sessions, conversation_id=opened.conversation.id) is None, "nothing was begun"
    sender = opened.conversation.rasa_sender
    carnet_id = await service.carnet_of_conversation(sessions=any_sessions, rasa_sender=sender)
    assert await service.carnet_of_conversation(sessions=any_sessions, rasa_sender=sender) == carnet_id
    assert await service.carnet_of_conversation(sessions=any_sessions, rasa_sender="personne") is None
    links = [
        await service.new_link(sessions=any_sessions, conversation_id=opened.conversation.id)
        for _ in range(service.MAX_LINKS + 2)
    ]
    opening = [await service.carnet_by_token(sessions=any_sessions, token=str(link)) for link in links]
    assert opening == [None, None] + [carnet_id] * service.MAX_LINKS


async def test_two_who_write_at_once_do_not_undo_each_other(any_sessions: Sessions, journeys: Journeys) -> None:
    carnet_id, _ = await service.open_carnet(sessions=any_sessions)
    await act(any_sessions, journeys, carnet_id, Genre.COMPTE, "situation:entreprise")
    etapes = journeys.branches["entreprise"].etapes
    await asyncio.gather(*(act(any_sessions, journeys, carnet_id, Genre.COMPTE, f"marquer:{etape}:faite") for etape in etapes))
    etat = await service.current(sessions=any_sessions, carnet_id=carnet_id, genre=Genre.COMPTE)
    assert isinstance(etat, EtatCompte)
    assert set(etat.etapes) == set(etapes)


async def test_a_refused_command_leaves_no_trace(sessions: Sessions, journeys: Journeys) -> None:
    carnet_id, _ = await service.open_carnet(sessions=sessions)
    with pytest.raises(Refused):
        await act(sessions, journeys, carnet_id, Genre.COMPTE, "situation:inconnue")
    with pytest.raises(Refused):
        await act(sessions, journeys, carnet_id, Genre.QUIZ, "recommencer", cle="inconnu")
    with pytest.raises(Refused):
        await act(sessions, journeys, "carnet-inconnu", Genre.COMPTE, "situation:entreprise")
    async with sessions() as session:
        assert await session.scalar(select(func.count()).select_from(Parcours)) == 0


async def test_a_quiz_goes_on_where_it_was_and_a_finished_one_begins_anew_unlike_the_last(
    sessions: Sessions, journeys: Journeys
) -> None:
    carnet_id, _ = await service.open_carnet(sessions=sessions)
    given: dict[str, Any] = {"sessions": sessions, "journeys": journeys, "carnet_id": carnet_id, "serie": "anomalies"}
    first = await service.start_quiz(**given)
    await act(sessions, journeys, carnet_id, Genre.QUIZ, f"repondre:{first.tirage[0].item}:1", cle="anomalies")
    again = await service.start_quiz(**given)
    assert again.tirage == first.tirage
    assert len(again.reponses) == 1
    for tire in first.tirage[1:]:
        await act(sessions, journeys, carnet_id, Genre.QUIZ, f"repondre:{tire.item}:1", cle="anomalies")
    second = await service.start_quiz(**given)
    assert [tire.item for tire in second.tirage] != [tire.item for tire in first.tirage]
    assert len(await service.finished_runs(sessions=sessions, carnet_id=carnet_id, serie="anomalies")) == 1


async def test_carnets_that_nobody_touches_are_forgotten_with_all_that_is_in_them(
    any_sessions: Sessions, journeys: Journeys
) -> None:
    old, token = await service.open_carnet(sessions=any_sessions)
    await act(any_sessions, journeys, old, Genre.COMPTE, "situation:entreprise")
    limit = now() + timedelta(seconds=1)
    assert await service.forget_idle(sessions=any_sessions, before=limit - timedelta(days=1)) == 0
    assert await service.forget_idle(sessions=any_sessions, before=limit) >= 1
    assert await service.carnet_by_token(sessions=any_sessions, token=token) is None
    async with any_sessions() as session:
        assert await session.get(Carnet, old) is None
        assert await session.scalar(select(func.count()).where(Parcours.carnet_id == old)) == 0
