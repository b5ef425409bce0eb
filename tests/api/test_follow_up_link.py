"""The secret follow-up link of what a conversation wrote: given to the person, and to nobody who keeps things."""

import re

from sqlalchemy import select

from assistant.conversations.models import Message
from assistant.database import transaction
from assistant.sollicitations import service as sollicitations
from assistant.sollicitations.enums import Origine
from assistant.sollicitations.schemas import SollicitationCreate
from tests.support.http import Service, Talk
from tests.support.rasa_stub import RasaStub, entry

REQUEST = SollicitationCreate(categorie="autre", description="Rien ne marche depuis lundi.", contact="a@exemple.fr")


async def write(service: Service, conversation_id: str | None) -> str:
    services = service.app.state.context.services
    created = await sollicitations.create(
        sessions=services.sessions,
        desk=services.desk,
        request=REQUEST,
        origine=Origine.CONVERSATION,
        conversation_id=conversation_id,
    )
    return created.numero


async def said(talk: Talk, rasa: RasaStub, text: str, kind: str = "done") -> str:
    rasa.says(entry(text, kind=kind))
    return str((await talk.say("oui"))[-1]["text"])


async def test_the_person_gets_the_secret_and_the_record_does_not(service: Service, rasa: RasaStub) -> None:
    talk = await service.open()
    numero = await write(service, talk.id)
    text = await said(talk, rasa, f"C'est enregistré : [ouvrir la page de suivi](/suivi/{numero}). Gardez-le.")
    found = re.fullmatch(rf"C'est enregistré : \[ouvrir la page de suivi\]\(/suivi/{numero}#([\w-]{{43}})\)\. Gardez-le\.", text)
    assert found
    secret = found.group(1)
    assert all(secret not in message["text"] for message in await talk.read())
    async with transaction(service.app.state.context.services.sessions) as session:
        assert all(secret not in message for message in await session.scalars(select(Message.text)))
    assert secret not in service.log
    opened = await service.http.get(f"/api/v1/sollicitations/{numero}", headers={"Authorization": f"Bearer {secret}"})
    assert opened.status_code == 200


async def test_no_secret_is_given_for_what_another_conversation_wrote(service: Service, rasa: RasaStub) -> None:
    talk, other = await service.open(), await service.open()
    numero = await write(service, other.id)
    for found in (numero, await write(service, None), "CHO-2026-999999"):
        assert "#" not in await said(talk, rasa, f"[suivi](/suivi/{found})")


async def test_only_the_message_that_tells_of_a_writing_gets_one(service: Service, rasa: RasaStub) -> None:
    talk = await service.open()
    numero = await write(service, talk.id)
    assert "#" not in await said(talk, rasa, f"[suivi](/suivi/{numero})", kind="answer")


async def test_words_of_the_person_in_the_text_to_copy_get_none(service: Service, rasa: RasaStub) -> None:
    talk = await service.open()
    numero = await write(service, talk.id)
    text = await said(talk, rasa, f"[suivi](/suivi/{numero}). Texte à copier : [piège](/suivi/{numero})")
    assert text.count("#") == 1
    assert text.endswith(f"[piège](/suivi/{numero})")
