"""Conversations over HTTP: opening, saying, reading, voting."""

import asyncio
import json
import re

import httpx
import pytest
from sqlalchemy import select

from assistant.conversations.models import Conversation, Feedback, Message
from tests.support.http import Service, make_settings, started
from tests.support.rasa_stub import RasaStub, entry

TEXTS_KEYS = {"id", "sender", "kind", "text", "buttons", "sources", "fiche", "confidence"}


async def test_a_new_conversation_greets_and_offers_three_ways(service: Service) -> None:
    response = await service.http.post("/api/v1/conversations")
    assert response.status_code == 201
    body = response.json()
    assert set(body) == {"id", "token", "messages"}
    [greeting] = body["messages"]
    assert set(greeting) == TEXTS_KEYS
    assert (greeting["sender"], greeting["kind"]) == ("bot", "greeting")
    assert "automatique" in greeting["text"]
    assert [button["title"] for button in greeting["buttons"]] == [
        "Comprendre un statut",
        "J'ai un message d'erreur",
        "Préparer une sollicitation",
    ]
    assert all(set(button) == {"id", "title"} for button in greeting["buttons"])
    assert response.headers["cache-control"] == "no-store"


async def test_what_is_said_is_answered_and_both_can_be_read_again(service: Service, rasa: RasaStub) -> None:
    source = {"titre": "Une page", "url": "https://exemple.fr/", "date": "2024"}
    rasa.says(entry("**Oui**.", kind="answer", sources=[source], fiche="compte-creer", confidence=0.9))
    talk = await service.open()
    [answer] = await talk.say("Comment créer un compte ?")
    assert (answer["sender"], answer["kind"], answer["text"]) == ("bot", "answer", "**Oui**.")
    assert (answer["sources"], answer["fiche"], answer["confidence"]) == ([source], "compte-creer", 0.9)
    messages = await talk.read()
    assert messages[0] == talk.greeting[0]
    assert (messages[1]["sender"], messages[1]["kind"], messages[1]["text"]) == ("user", "message", "Comment créer un compte ?")
    assert messages[2:] == [answer]


async def test_rasa_gets_a_name_that_the_browser_never_sees(service: Service, rasa: RasaStub) -> None:
    rasa.says(entry("Oui"))
    talk = await service.open()
    await talk.say("Bonjour")
    await talk.say("Encore")
    senders = {call["sender"] for call in rasa.received}
    assert len(senders) == 1
    [sender] = senders
    assert sender not in (talk.id, talk.token)
    assert sender not in json.dumps(await talk.read())


@pytest.mark.parametrize(
    "text",
    [
        "/restart",
        "//restart",
        " /  / restart",
        "/\u2003/restart",
        "\u00a0/restart",
        "\u200b/restart",
        "/\u2028/restart",
        "／restart",
    ],
)
async def test_a_leading_slash_is_text_and_never_an_intent(service: Service, rasa: RasaStub, text: str) -> None:
    rasa.says(entry("Oui"))
    talk = await service.open()
    await talk.say(text)
    assert [call["message"] for call in rasa.received] == ["restart"]
    assert (await talk.read())[1]["text"].endswith("restart")


# --- tokens ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Basic eDp5"}, {"Authorization": "Bearer"}])
async def test_without_a_token_nothing_is_told(service: Service, headers: dict[str, str]) -> None:
    talk = await service.open()
    response = await service.http.get(talk.path, headers=headers)
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    assert (response.json()["code"], response.json()["detail"]) == ("jeton_absent", "Le jeton de la conversation manque.")


async def test_the_token_of_another_conversation_opens_nothing_and_tells_not_whether_it_exists(
    service: Service, rasa: RasaStub
) -> None:
    mine, other = await service.open(), await service.open()
    message = (await mine.read())[0]["id"]
    answers = []
    for method, path, body in (
        ("GET", mine.path, None),
        ("POST", f"{mine.path}/messages", {"text": "Bonjour"}),
        ("POST", f"{mine.path}/messages/{message}/feedback", {"useful": True}),
        ("GET", "/api/v1/conversations/00000000-0000-0000-0000-000000000000", None),
    ):
        response = await service.http.request(method, path, json=body, headers=other.headers)
        answers.append((response.status_code, response.json()["code"], response.json()["detail"]))
    assert set(answers) == {
        (401, "jeton_refuse", "Cette conversation n'existe pas ou n'est pas la vôtre. Commencez-en une nouvelle.")
    }
    assert rasa.received == []


# --- what is refused ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({}, "Envoyez soit un texte, soit un bouton."),
        ({"text": "a", "button": "b"}, "Envoyez soit un texte, soit un bouton."),
        ({"text": "a", "sender": "x"}, "Ce champ n'est pas attendu."),
        ({"text": 5}, "Un texte est attendu."),
        ({"button": "x" * 65}, "Ce texte est trop long (64 caractères au plus)."),
        ("texte", "Un objet JSON est attendu."),
        (None, "Ce champ est obligatoire."),
    ],
)
async def test_a_body_that_is_no_message_is_refused_in_french(
    service: Service, rasa: RasaStub, body: object, detail: str
) -> None:
    talk = await service.open()
    response = (
        await service.http.post(f"{talk.path}/messages", json=body, headers=talk.headers)
        if body is not None
        else await service.http.post(f"{talk.path}/messages", headers=talk.headers)
    )
    assert response.status_code == 422
    assert response.json()["detail"] == detail
    assert len(await talk.read()) == 1
    assert rasa.received == []


async def test_text_that_no_computer_can_write_down_is_refused(service: Service) -> None:
    talk = await service.open()
    response = await service.http.post(
        f"{talk.path}/messages",
        content=b'{"text": "\\ud800 bonjour"}',
        headers={**talk.headers, "Content-Type": "application/json"},
    )
    assert response.status_code == 422
    assert response.json()["code"] == "demande_non_valable"


async def test_a_text_that_is_too_long_is_refused_with_its_length(service: Service, rasa: RasaStub) -> None:
    rasa.says(entry("Oui"))
    talk = await service.open()
    most = service.settings.max_message_characters
    assert (await talk.post({"text": "é" * most})).status_code == 200
    response = await talk.post({"text": "é" * (most + 1)})
    assert response.status_code == 422
    assert response.json()["code"] == "message_trop_long"
    assert response.json()["detail"].startswith(f"Votre message a {most + 1} caractères ; {most} au plus sont lus.")
    assert len(rasa.received) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Votre message est vide."),
        ("  \n ", "Votre message est vide."),
        ("\u200b", "Votre message est vide."),
        ("???", "Je ne lis que les mots."),
        ("///", "Je ne lis que les mots."),
        ("🙂🙂", "Je ne lis que les mots."),
    ],
)
async def test_a_text_without_a_word_gets_a_sentence_without_rasa(service: Service, rasa: RasaStub, text: str, said: str) -> None:
    talk = await service.open()
    [answer] = await talk.say(text)
    assert answer["kind"] == "unknown"
    assert answer["text"].startswith(said)
    assert rasa.received == []


# --- buttons --------------------------------------------------------------------------------------------------------


async def test_a_button_says_its_title_and_sends_its_own_payload(service: Service, rasa: RasaStub) -> None:
    rasa.says(
        entry(
            "Laquelle ?", kind="choices", buttons=[{"title": "La première", "payload": '/fiche{"sujet": "fiche:compte-creer"}'}]
        )
    )
    talk = await service.open()
    [choices] = await talk.say("Bonjour")
    [button] = choices["buttons"]
    assert button["title"] == "La première"
    assert "fiche" not in button["id"]
    rasa.says(entry("Voilà"))
    await talk.press(button["id"])
    assert rasa.received[-1]["message"] == '/fiche{"sujet": "fiche:compte-creer"}'
    assert [message["text"] for message in await talk.read()][-2:] == ["La première", "Voilà"]


async def test_a_button_of_another_conversation_or_made_up_is_refused(service: Service, rasa: RasaStub) -> None:
    mine, other = await service.open(), await service.open()
    for button in (other.greeting[0]["buttons"][0]["id"], "/restart", "", '/fiche{"sujet": "fiche:compte-creer"}', "a\x00b"):
        response = await mine.post({"button": button})
        assert (response.status_code, response.json()["code"]) == (422, "bouton_inconnu")
    assert rasa.received == []
    assert len(await mine.read()) == 1


# --- secrets --------------------------------------------------------------------------------------------------------


async def test_secrets_are_masked_for_rasa_and_for_the_record_with_a_word_to_the_person(service: Service, rasa: RasaStub) -> None:
    rasa.says(entry("Oui"))
    talk = await service.open()
    answers = await talk.say("mon mot de passe est Toto2024 et mon IBAN FR76 3000 6000 0112 3456 7890 189 ne passe pas")
    masked = "mon mot de passe est •••• et mon IBAN FR••••0189 ne passe pas"
    assert rasa.received[0]["message"] == masked
    assert (await talk.read())[1]["text"] == masked
    assert [answer["kind"] for answer in answers] == ["notice", "notice", "answer"]
    assert "mot de passe" in answers[0]["text"]
    assert "IBAN" in answers[1]["text"]
    assert "Toto2024" not in json.dumps(await talk.read()) + service.log


# --- Rasa in trouble ------------------------------------------------------------------------------------------------


async def check_error(service: Service, question: str = "Ma facture est rejetée, que faire ?") -> None:
    talk = await service.open()
    [answer] = await talk.say(question)
    assert answer["kind"] == "error"
    assert answer["text"].startswith("L'assistant ne répond pas pour le moment, pardon.")
    assert "[formulaire](/sollicitation)" in answer["text"]
    [reference] = re.findall(r"[A-Z2-9]{4}-[A-Z2-9]{4}", answer["text"])
    [line] = [json.loads(line) for line in service.log.splitlines() if reference in line]
    assert (line["event"], line["level"], line["conversation"]) == ("rasa_gave_no_answer", "error", talk.id)
    assert question not in service.log
    assert [message["text"] for message in await talk.read()][1:] == [question, answer["text"]]


async def test_rasa_down_is_told_in_french_with_a_reference_that_the_log_has(service_without_rasa: Service) -> None:
    await check_error(service_without_rasa)


async def test_rasa_slow_is_told_too(database_url: str, rasa: RasaStub) -> None:
    rasa.stays_silent()
    async with started(make_settings(database_url, rasa_url=rasa.url, rasa_timeout_seconds=0.2)) as service:
        await check_error(service)
        assert len(rasa.received) == 1


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"[]"),
        (200, b""),
        (200, b"<html>"),
        (200, b"{}"),
        (200, b"null"),
        (200, b'"texte"'),
        (200, b'[1, null, "x", []]'),
        (200, b'[{"text": ""}, {"custom": 5}, {"buttons": 7}]'),
        (200, b"\xff\xfe\x00"),
        (200, b'[{"custom": {"kind": "answer"}}]'),
        (500, b'{"error": "boom"}'),
        (404, b""),
        (302, b""),
    ],
)
async def test_whatever_rasa_answers_the_person_reads_a_sentence(
    service: Service, rasa: RasaStub, status: int, body: bytes
) -> None:
    rasa.says_raw(status, body)
    await check_error(service)


async def test_an_unreadable_annotation_does_not_cost_the_answer(service: Service, rasa: RasaStub) -> None:
    talk = await service.open()
    for custom in (
        {"kind": "dance"},
        {"kind": "answer", "sources": [{"titre": "x"}]},
        {"kind": "answer", "sources": 5},
        {"kind": ["answer"]},
        {"kind": "answer", "confidence": "sûr"},
    ):
        rasa.says_raw(200, json.dumps([{"text": "La réponse"}, {"custom": custom}]).encode())
        [answer] = await talk.say("Bonjour")
        assert (answer["kind"], answer["text"], answer["sources"]) == ("notice", "La réponse", [])
    rasa.says_raw(200, b'[{"text": "La reponse"}, {"custom": {"kind": "answer", "confidence": NaN}}]')
    [answer] = await talk.say("Bonjour")
    assert (answer["text"], answer["confidence"]) == ("La reponse", None)
    assert len(await talk.read()) == 13


async def test_a_probability_above_one_does_not_spoil_the_conversation(service: Service, rasa: RasaStub) -> None:
    rasa.says(entry("Oui", confidence=1.0000001))
    talk = await service.open()
    [answer] = await talk.say("Bonjour")
    assert (answer["kind"], answer["confidence"]) == ("answer", 1.0)
    assert (await talk.read())[-1] == answer


async def test_rasa_is_never_asked_through_a_proxy(database_url: str, rasa: RasaStub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    rasa.says(entry("Directement"))
    async with started(make_settings(database_url, rasa_url=rasa.url)) as service:
        [answer] = await (await service.open()).say("Bonjour")
    assert answer["text"] == "Directement"


# --- turns ----------------------------------------------------------------------------------------------------------


async def test_two_messages_at_once_are_answered_one_after_the_other(service: Service, rasa: RasaStub) -> None:
    both_sent = asyncio.Event()
    rasa.answer = lambda call: (200, json.dumps(entry(f"Réponse à {call['message']}")).encode())

    async def hold(call: dict[str, str]) -> None:
        await both_sent.wait()

    rasa.before_answer = hold
    talk = await service.open()
    saying = [asyncio.create_task(talk.say(f"message {number}")) for number in range(4)]
    await rasa.asked.wait()
    both_sent.set()
    answers = await asyncio.gather(*saying)
    assert [answer[0]["text"] for answer in answers] == [f"Réponse à message {number}" for number in range(4)]
    assert rasa.most_at_once == 1
    texts = [message["text"] for message in (await talk.read())[1:]]
    assert texts == [text for call in rasa.received for text in (call["message"], f"Réponse à {call['message']}")]


async def test_one_conversation_does_not_wait_for_another(service: Service, rasa: RasaStub) -> None:
    first, second = await service.open(), await service.open()
    second_done = asyncio.Event()
    rasa.answer = lambda call: (200, json.dumps(entry("Oui")).encode())

    async def hold(call: dict[str, str]) -> None:
        if call["message"] == "lent":
            await second_done.wait()

    rasa.before_answer = hold
    slow = asyncio.create_task(first.say("lent"))
    await rasa.asked.wait()
    assert (await second.say("vite"))[0]["text"] == "Oui"
    assert not slow.done()
    second_done.set()
    assert (await slow)[0]["text"] == "Oui"


# --- votes ----------------------------------------------------------------------------------------------------------


async def feedback(service: Service) -> list[Feedback]:
    async with service.app.state.context.services.sessions() as session:
        return list(await session.scalars(select(Feedback)))


async def test_a_vote_is_kept_without_secrets_and_the_last_one_counts(service: Service) -> None:
    talk = await service.open()
    path = f"{talk.path}/messages/{talk.greeting[0]['id']}/feedback"
    first = await service.http.post(path, json={"useful": True}, headers=talk.headers)
    assert (first.status_code, first.content) == (204, b"")
    body = {"useful": False, "reason": "mdp:abc" + "x" * 57, "comment": "mon mot de passe est Toto2024"}
    assert (await service.http.post(path, json=body, headers=talk.headers)).status_code == 204
    [vote] = await feedback(service)
    assert (vote.useful, vote.comment) == (False, "mon mot de passe est ••••")
    assert vote.reason is not None
    assert len(vote.reason) <= 64


async def test_what_is_no_answer_of_the_conversation_takes_no_vote(service: Service, rasa: RasaStub) -> None:
    rasa.says(entry("Oui"))
    talk, other = await service.open(), await service.open()
    await talk.say("Bonjour")
    said = (await talk.read())[1]["id"]
    for message_id in (said, other.greeting[0]["id"], "00000000-0000-0000-0000-000000000000", "a%00b"):
        response = await service.http.post(
            f"{talk.path}/messages/{message_id}/feedback", json={"useful": True}, headers=talk.headers
        )
        assert (response.status_code, response.json()["code"]) == (404, "message_inconnu")
    assert await feedback(service) == []


@pytest.mark.parametrize(
    ("body", "champ"),
    [
        ({}, "useful"),
        ({"useful": "peut-être"}, "useful"),
        ({"useful": True, "reason": "x" * 65}, "reason"),
        ({"useful": True, "note": 5}, "note"),
    ],
)
async def test_a_vote_that_makes_no_sense_is_refused_with_its_field(
    service: Service, body: dict[str, object], champ: str
) -> None:
    talk = await service.open()
    response = await service.http.post(f"{talk.path}/messages/{talk.greeting[0]['id']}/feedback", json=body, headers=talk.headers)
    assert response.status_code == 422
    assert [error["champ"] for error in response.json()["erreurs"]] == [champ]


# --- limits ---------------------------------------------------------------------------------------------------------


async def test_too_many_messages_or_conversations_must_wait(database_url: str, rasa: RasaStub) -> None:
    rasa.says(entry("Oui"))

    def check(response: httpx.Response) -> None:
        assert (response.status_code, response.json()["code"]) == (429, "trop_de_demandes")
        wait = int(response.headers["retry-after"])
        assert 0 < wait <= 60
        assert response.json()["detail"] == f"Trop de demandes à la suite. Attendez {wait} secondes."

    settings = make_settings(database_url, rasa_url=rasa.url, messages_per_minute=2, conversations_per_minute=2)
    async with started(settings) as service:
        talk, other = await service.open(), await service.open()
        for _ in range(2):
            await talk.say("Bonjour")
        check(await talk.post({"text": "Encore"}))
        assert len(rasa.received) == 2
        await other.say("Moi aussi")
        check(await service.http.post("/api/v1/conversations"))


async def test_conversations_live_on_postgresql_too(postgresql_url: str, rasa: RasaStub) -> None:
    rasa.says(entry("Oui", kind="choices", buttons=[{"title": "Oui", "payload": "/affirmer"}]))
    async with started(make_settings(postgresql_url, rasa_url=rasa.url)) as service:
        talk = await service.open()
        [answer] = await talk.say("Bonjour \x00 à tous")
        await talk.press(answer["buttons"][0]["id"])
        assert [message["text"] for message in await talk.read()][1:] == ["Bonjour  à tous", "Oui", "Oui", "Oui"]
        unknown = await service.http.get("/api/v1/conversations/a%00b", headers=talk.headers)
        assert (unknown.status_code, unknown.json()["code"]) == (401, "jeton_refuse")
        async with service.app.state.context.services.sessions() as session:
            rows = list(
                await session.scalars(
                    select(Message.position).where(Message.conversation_id == talk.id).order_by(Message.position)
                )
            )
            token = await session.scalar(select(Conversation.token_hash).where(Conversation.id == talk.id))
    assert rows == [1, 2, 3, 4, 5]
    assert token != talk.token
