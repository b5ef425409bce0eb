"""A person and an agent who talk live: offers, waiting, both streams, going away."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import update

from api import housekeeping
from assistant.database import now, transaction
from assistant.helpdesk import accounts, relay
from assistant.helpdesk.models import Agent
from tests.support.desk import Browser, add_agent, sessions_of, signed_in, text_of
from tests.support.http import Service, Talk, make_settings, started
from tests.support.rasa_stub import RasaStub, entry
from tests.support.streams import streaming

ALWAYS_OPEN = "lun-dim 00:00-24:00"


@pytest_asyncio.fixture
async def open_desk(database_url: str, rasa: RasaStub, remembered_vectors: None) -> AsyncIterator[Service]:
    """The application, with a desk that never closes."""
    async with started(make_settings(database_url, rasa_url=rasa.url, helpdesk_hours=ALWAYS_OPEN)) as running:
        yield running


@pytest.fixture
async def browser(open_desk: Service) -> Browser:
    """An agent who takes live conversations."""
    browser = await signed_in(open_desk, await add_agent(sessions_of(open_desk), nom="Ana Martin"))
    answer = await browser.post("/helpdesk/direct/disponibilite", disponible="1")
    assert answer.headers["location"] == "/helpdesk/direct?fait=disponible"
    return browser


def _button(messages: list[dict[str, Any]], title: str) -> str:
    [found] = [button["id"] for message in messages for button in message["buttons"] if button["title"] == title]
    return str(found)


async def _ask_for_somebody(talk: Talk, rasa: RasaStub) -> list[dict[str, Any]]:
    """The person asks in words, as Rasa would answer it, and presses the button."""
    answer = (await talk.service.action(_call(talk)))["responses"]
    rasa.says(
        [{"recipient_id": "r", "text": answer[0]["text"], "buttons": answer[0]["buttons"]}, {"custom": answer[0]["custom"]}]
    )
    offered = await talk.say("je veux parler à quelqu'un")
    return await talk.press(_button(offered, "Parler à un conseiller"))


def _call(talk: Talk) -> dict[str, Any]:
    tracker = {"sender_id": "r", "slots": {}, "latest_message": {"text": ""}, "events": [], "paused": False, "active_loop": {}}
    return {"next_action": "action_parler_humain", "sender_id": "r", "tracker": tracker, "domain": {}}


def _cookies(browser: Browser) -> dict[str, str]:
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in browser.http.cookies.items())}


async def test_a_whole_hand_over_seen_at_once_on_both_sides(open_desk: Service, browser: Browser, rasa: RasaStub) -> None:
    talk = await open_desk.open()
    [waiting] = await _ask_for_somebody(talk, rasa)
    assert "J'ai prévenu l'équipe" in waiting["text"]
    assert "**Demande** : je veux parler à quelqu'un" in waiting["text"]
    asked_rasa = len(rasa.received)

    read = await open_desk.http.get(talk.path, headers=talk.headers)
    assert read.json()["relais"] == "attente"
    listed = text_of(await browser.get("/helpdesk/direct"))
    assert "attend quelqu'un" in listed

    async with (
        streaming(open_desk.app, f"{talk.path}/flux?apres={waiting['id']}", talk.headers) as person,
        streaming(open_desk.app, "/helpdesk/flux", _cookies(browser)) as desk,
    ):
        assert (await person.next("relais"))["relais"] == "attente"
        assert await desk.next("direct") == {"attente": 1}

        taken = await browser.post(f"/helpdesk/direct/{talk.id}/prendre")
        assert taken.headers["location"] == f"/helpdesk/direct/{talk.id}?fait=direct_pris"
        assert "**Ana Martin** a rejoint" in (await person.next("message"))["text"]
        assert await person.next("relais") == {"relais": "agent", "agent": "Ana Martin"}
        assert await desk.next("direct") == {"attente": 0}

        page = text_of(await browser.get(f"/helpdesk/direct/{talk.id}"))
        assert "Demande : je veux parler à quelqu'un" in page
        async with streaming(open_desk.app, f"/helpdesk/direct/{talk.id}/flux?apres=", _cookies(browser)) as agent:
            answer = await talk.post({"text": "ma facture F-1 est suspendue"})
            assert answer.json() == {"messages": [], "relais": "agent"}
            texts = []
            while not texts or texts[-1] != "ma facture F-1 est suspendue":
                texts.append((await agent.next("message"))["text"])

            sent = await browser.post(f"/helpdesk/direct/{talk.id}/messages", texte="Quel est le motif ?")
            assert sent.status_code == 303
            heard = await person.next("message")
            assert (heard["sender"], heard["text"]) == ("agent", "Quel est le motif ?")

            await browser.post(f"/helpdesk/direct/{talk.id}/rendre")
            assert "**Ana Martin** a quitté la conversation" in (await person.next("message"))["text"]
            assert (await person.next("relais"))["relais"] is None
            assert await person.ended() == []
            await agent.ended()

    assert len(rasa.received) == asked_rasa, "the bot was not silent"
    rasa.says(entry("De retour."))
    assert [message["text"] for message in await talk.say("merci")] == ["De retour."]


async def test_secrets_are_masked_on_both_sides_of_a_live_talk(open_desk: Service, browser: Browser, rasa: RasaStub) -> None:
    talk = await open_desk.open()
    await _ask_for_somebody(talk, rasa)
    await browser.post(f"/helpdesk/direct/{talk.id}/prendre")
    told = await talk.say("mon mot de passe est Xy12!azerty")
    assert [message["kind"] for message in told] == ["notice"]
    await browser.post(f"/helpdesk/direct/{talk.id}/messages", texte="Ne donnez pas votre mot de passe : Xy12!azerty")
    assert "Xy12!azerty" not in str(await talk.read())
    assert "Xy12!azerty" not in (await browser.get(f"/helpdesk/direct/{talk.id}")).text


async def test_the_person_stops_waiting_by_the_button_or_by_the_call(
    open_desk: Service, browser: Browser, rasa: RasaStub
) -> None:
    talk = await open_desk.open()
    waiting = await _ask_for_somebody(talk, rasa)
    told = await talk.press(_button(waiting, "Ne plus attendre"))
    assert "vous n'attendez plus" in told[0]["text"]
    await _ask_for_somebody(talk, rasa)
    ended = await open_desk.http.delete(f"{talk.path}/relais", headers=talk.headers)
    assert ended.json()["relais"] is None
    assert "vous n'attendez plus" in ended.json()["messages"][0]["text"]
    again = await open_desk.http.delete(f"{talk.path}/relais", headers=talk.headers)
    assert (again.status_code, again.json()["messages"]) == (200, [])
    taken = await browser.post(f"/helpdesk/direct/{talk.id}/prendre")
    assert taken.status_code == 409
    assert "Cette conversation n'attend plus personne." in text_of(taken)


async def test_nobody_but_the_person_reads_their_stream_or_ends_their_talk(open_desk: Service) -> None:
    talk, other = await open_desk.open(), await open_desk.open()
    for method, path in (("GET", f"{talk.path}/flux"), ("DELETE", f"{talk.path}/relais")):
        assert (await open_desk.http.request(method, path)).status_code == 401
        assert (await open_desk.http.request(method, path, headers=other.headers)).status_code == 401


async def test_a_stream_of_a_conversation_that_the_bot_answers_says_so_and_ends(open_desk: Service) -> None:
    talk = await open_desk.open()
    async with streaming(open_desk.app, f"{talk.path}/flux", talk.headers) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        assert stream.headers["cache-control"] == "no-store"
        assert (await stream.next("message"))["kind"] == "greeting"
        assert await stream.next("relais") == {"relais": None, "agent": None}
        assert await stream.ended() == []


async def test_two_misunderstandings_in_a_row_offer_a_person(open_desk: Service, browser: Browser, rasa: RasaStub) -> None:
    talk = await open_desk.open()
    rasa.says(entry("Je ne sais pas.", kind="unknown"))
    assert len(await talk.say("abracadabra")) == 1
    told = await talk.say("abracadabra encore")
    assert [message["kind"] for message in told] == ["unknown", "notice"]
    assert "Je n'arrive pas à vous aider seul." in told[1]["text"]
    assert len(await talk.say("et encore")) == 1
    rasa.says(entry("Voici."))
    await talk.say("une question")
    rasa.says(entry("Je ne sais pas.", kind="unknown"))
    assert len(await talk.say("abracadabra")) == 1


async def test_a_negative_vote_offers_a_person_once(open_desk: Service, browser: Browser, rasa: RasaStub) -> None:
    talk = await open_desk.open()
    rasa.says(entry("Voici une réponse."))
    [answer] = await talk.say("une question")
    vote = f"{talk.path}/messages/{answer['id']}/feedback"
    for useful in (True, False, False):
        assert (await open_desk.http.post(vote, json={"useful": useful}, headers=talk.headers)).status_code == 204
    messages = await talk.read()
    offers = [message for message in messages if "Voulez-vous lui parler maintenant" in message["text"]]
    assert [message["kind"] for message in offers] == ["notice"]
    assert [button["title"] for button in offers[0]["buttons"]] == ["Parler à un conseiller", "Préparer une sollicitation"]
    waiting = await talk.press(offers[0]["buttons"][0]["id"])
    assert "J'ai prévenu l'équipe" in waiting[0]["text"]


async def test_when_nobody_is_there_a_sollicitation_is_offered_and_the_hour_of_return_told(
    database_url: str, rasa: RasaStub, remembered_vectors: None
) -> None:
    async with started(make_settings(database_url, rasa_url=rasa.url, helpdesk_hours="lun 09:00-09:01")) as service:
        talk = await service.open()
        answer = (await service.action(_call(talk)))["responses"][0]
        assert "Aucun conseiller n'est en ligne pour l'instant. L'équipe est de retour" in answer["text"]
        assert [button["title"] for button in answer["buttons"]] == ["Préparer une sollicitation"]
        assert answer["custom"]["sources"]


async def test_a_button_of_before_asks_again_whether_somebody_is_there(
    open_desk: Service, browser: Browser, rasa: RasaStub
) -> None:
    talk = await open_desk.open()
    rasa.says(entry("Voici une réponse."))
    [answer] = await talk.say("une question")
    await open_desk.http.post(f"{talk.path}/messages/{answer['id']}/feedback", json={"useful": False}, headers=talk.headers)
    await browser.post("/helpdesk/direct/disponibilite", disponible="0")
    told = await talk.press(_button(await talk.read(), "Parler à un conseiller"))
    assert "Aucun conseiller n'est en ligne" in told[0]["text"]


async def test_when_the_agents_console_goes_away_the_person_is_told_at_once(
    open_desk: Service, browser: Browser, rasa: RasaStub
) -> None:
    talk = await open_desk.open()
    await _ask_for_somebody(talk, rasa)
    await browser.post(f"/helpdesk/direct/{talk.id}/prendre")
    last = (await talk.read())[-1]["id"]
    async with transaction(sessions_of(open_desk)) as session:
        await session.execute(update(Agent).values(signe_le=now() - relay.GONE_AFTER - timedelta(seconds=1)))
    async with streaming(open_desk.app, f"{talk.path}/flux?apres={last}", talk.headers) as person:
        assert (await person.next("relais"))["agent"] == "Ana Martin"
        await housekeeping.do_often(open_desk.app.state.context, open_desk.app.state.console)
        assert "**Ana Martin** ne répond plus" in (await person.next("message"))["text"]
        assert (await person.next("relais"))["relais"] is None


async def test_a_message_to_somebody_elses_talk_comes_back_unsent(open_desk: Service, browser: Browser, rasa: RasaStub) -> None:
    talk = await open_desk.open()
    await _ask_for_somebody(talk, rasa)
    other = await signed_in(open_desk, await add_agent(sessions_of(open_desk), nom="Bao Petit"))
    await browser.post(f"/helpdesk/direct/{talk.id}/prendre")
    for fields, words in (
        ({"texte": "Bonjour de Bao"}, "n'est pas entre vos mains"),
        ({"texte": " "}, "Écrivez votre message."),
        ({"texte": "x" * 4001}, "4000 au plus"),
    ):
        answer = await other.post(f"/helpdesk/direct/{talk.id}/messages", **fields)
        assert answer.status_code == 422
        assert words in text_of(answer)
        assert fields["texte"].strip() in answer.text
    late = await other.post(f"/helpdesk/direct/{talk.id}/prendre")
    assert late.status_code == 409
    assert "Ana Martin l'a déjà prise." in text_of(late)
    assert (await other.post(f"/helpdesk/direct/{talk.id}/rendre")).status_code == 409


async def test_agents_read_only_conversations_that_wait_or_have_somebody(open_desk: Service, browser: Browser) -> None:
    talk = await open_desk.open()
    for path in (f"/helpdesk/direct/{talk.id}", f"/helpdesk/direct/{talk.id}/flux", "/helpdesk/direct/%00"):
        assert (await browser.get(path)).status_code == 404


async def test_the_consoles_stream_tells_what_changed_and_ends_with_the_session(open_desk: Service, browser: Browser) -> None:
    from tests.api.helpdesk.conftest import write_into

    assert browser.agent
    async with streaming(open_desk.app, "/helpdesk/flux", _cookies(browser)) as stream:
        await stream.next("direct")
        numero = await write_into(open_desk, sessions_of(open_desk))
        changed = await stream.next("change")
        assert changed == {"demandes": [{"numero": numero, "type": "soumission", "acteur": "usager"}]}
        await browser.post(f"/helpdesk/sollicitations/{numero}/prendre", version=1)
        assert (await stream.next("change"))["demandes"][0]["type"] == "affectation"
        await accounts.end_all_sessions(sessions=sessions_of(open_desk), agent_id=browser.agent.id)
        await stream.next("fin")
        assert await stream.ended() == []


async def test_the_sign_of_life_does_not_keep_a_session_alive(open_desk: Service, browser: Browser) -> None:
    from assistant.helpdesk.models import AgentSession

    async with transaction(sessions_of(open_desk)) as session:
        await session.execute(update(AgentSession).values(vue_le=now() - timedelta(minutes=29)))
    assert (await browser.post("/helpdesk/direct/signe")).json() == {"disponible": True}
    async with sessions_of(open_desk)() as session:
        from sqlalchemy import select

        assert (await session.scalars(select(AgentSession.vue_le))).one() < now() - timedelta(minutes=28)
