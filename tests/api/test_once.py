"""A message that is sent again is not said twice."""

from api import once
from api.once import Answered
from tests.support.http import Service


async def test_the_same_key_gets_the_same_answer_and_the_message_is_kept_once(service: Service) -> None:
    talk = await service.open()
    address = f"/api/v1/conversations/{talk.id}"
    headers = {"Authorization": f"Bearer {talk.token}", "Idempotency-Key": "cle-de-mon-message"}
    first = await service.http.post(f"{address}/messages", json={"text": "!?"}, headers=headers)
    again = await service.http.post(f"{address}/messages", json={"text": "!?"}, headers=headers)
    assert first.status_code == again.status_code == 200
    assert first.json() == again.json()
    kept = (await service.http.get(address, headers=headers)).json()["messages"]
    assert [message["text"] for message in kept if message["sender"] == "user"] == ["!?"]

    other = await service.http.post(
        f"{address}/messages", json={"text": "!?"}, headers=headers | {"Idempotency-Key": "une-autre-cle"}
    )
    assert other.json() != first.json(), "another key is another message"


async def test_a_key_of_one_conversation_says_nothing_in_another(service: Service) -> None:
    answers = []
    for _ in range(2):
        talk = await service.open()
        headers = {"Authorization": f"Bearer {talk.token}", "Idempotency-Key": "la-meme-cle"}
        answers.append(
            (await service.http.post(f"/api/v1/conversations/{talk.id}/messages", json={"text": "!?"}, headers=headers)).json()
        )
    assert answers[0]["messages"][0]["id"] != answers[1]["messages"][0]["id"]


async def test_a_key_that_is_no_key_is_refused(service: Service) -> None:
    talk = await service.open()
    headers = {"Authorization": f"Bearer {talk.token}", "Idempotency-Key": "x" * 65}
    response = await service.http.post(f"/api/v1/conversations/{talk.id}/messages", json={"text": "bonjour"}, headers=headers)
    assert response.status_code == 422


def test_answers_are_forgotten_after_a_while() -> None:
    moment = [0.0]
    answered: Answered[str] = Answered(clock=lambda: moment[0])
    answered.keep("c", "k", "réponse")
    answered.keep("c", None, "sans clé")
    assert answered.get("c", "k") == "réponse"
    assert answered.get("c", None) is None
    moment[0] = once._KEPT_SECONDS
    assert answered.get("c", "k") is None
