"""Writing a sollicitation, on SQLite and on PostgreSQL."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import DBAPIError

from assistant.conversations.service import open_conversation
from assistant.database import Sessions, transaction
from assistant.knowledge.load import Knowledge
from assistant.sollicitations import service
from assistant.sollicitations.enums import Etat, Origine, TypeEvenement
from assistant.sollicitations.models import Sollicitation, SollicitationEvent
from assistant.sollicitations.schemas import SollicitationCreate, SollicitationPublic

SIRET = "73282932000074"


def request(knowledge: Knowledge, **changes: str | None) -> SollicitationCreate:
    given = {
        "categorie": next(iter(knowledge.categories)),
        "siret": SIRET,
        "numero_facture": "F-2024-12",
        "description": "La facture est suspendue depuis lundi.",
        "contact": "compta@exemple.fr",
    }
    return SollicitationCreate.model_validate({**given, **changes})


async def create(sessions: Sessions, knowledge: Knowledge, key: str | None = None, **changes: str | None) -> SollicitationPublic:
    return await service.create(
        sessions=sessions,
        knowledge=knowledge,
        request=request(knowledge, **changes),
        origine=Origine.API,
        cle_idempotence=key,
    )


async def count(sessions: Sessions, table: type[Sollicitation] | type[SollicitationEvent]) -> int:
    async with sessions() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def test_what_was_written_comes_back_with_its_number(any_sessions: Sessions, knowledge: Knowledge) -> None:
    categorie = next(iter(knowledge.categories.values()))
    created = await create(any_sessions, knowledge)
    assert re.fullmatch(rf"CHO-{datetime.now(UTC).year}-\d{{6}}", created.numero)
    assert created.etat is Etat.SOUMISE
    assert (created.categorie_titre, created.route, created.ou_ecrire) == (categorie.titre, categorie.route, categorie.ou_ecrire)
    assert (created.siret, created.numero_facture, created.contact) == (SIRET, "F-2024-12", "compta@exemple.fr")
    assert created.cree_le.tzinfo is not None
    assert abs(datetime.now(UTC) - created.cree_le) < timedelta(minutes=1)


async def test_the_text_to_paste_holds_every_field_in_order(sessions: Sessions, knowledge: Knowledge) -> None:
    created = await create(sessions, knowledge)
    assert created.texte.splitlines() == [
        f"Objet : {created.categorie_titre} – facture F-2024-12",
        "SIRET de ma structure : 732 829 320 00074",
        "Numéro de facture : F-2024-12",
        "Adresse électronique : compta@exemple.fr",
        "",
        "Description :",
        "La facture est suspendue depuis lundi.",
    ]


async def test_fields_that_were_not_given_are_left_out_of_the_text(sessions: Sessions, knowledge: Knowledge) -> None:
    created = await create(sessions, knowledge, siret=None, numero_facture=None)
    assert created.siret is None
    assert created.numero_facture is None
    assert created.texte.startswith(f"Objet : {created.categorie_titre}\nAdresse électronique : compta@exemple.fr\n")


async def test_numbers_are_unique_and_count_up(any_sessions: Sessions, knowledge: Knowledge) -> None:
    numbers = [(await create(any_sessions, knowledge)).numero for _ in range(5)]
    assert len(set(numbers)) == 5
    assert numbers == sorted(numbers)


async def test_the_first_event_tells_who_did_what(any_sessions: Sessions, knowledge: Knowledge) -> None:
    created = await create(any_sessions, knowledge)
    async with any_sessions() as session:
        row = await session.scalar(select(Sollicitation).where(Sollicitation.numero == created.numero))
        assert row is not None
        [event] = row.evenements
    assert (event.type, event.acteur) == (TypeEvenement.SOUMISSION, "usager")
    assert event.detail == {"origine": "api", "etat": "soumise"}
    assert event.cree_le == row.cree_le


async def test_a_conversation_is_linked_to_what_it_wrote(any_sessions: Sessions, knowledge: Knowledge) -> None:
    opened = await open_conversation(sessions=any_sessions)
    created = await service.create(
        sessions=any_sessions,
        knowledge=knowledge,
        request=request(knowledge),
        origine=Origine.CONVERSATION,
        conversation_id=opened.conversation.id,
    )
    async with any_sessions() as session:
        row = await session.scalar(select(Sollicitation).where(Sollicitation.numero == created.numero))
    assert row is not None
    assert (row.conversation_id, row.origine) == (opened.conversation.id, Origine.CONVERSATION)


# --- idempotency ----------------------------------------------------------------------------------------------------


async def test_the_same_key_and_content_gives_the_same_number_and_writes_nothing(
    any_sessions: Sessions, knowledge: Knowledge
) -> None:
    first = await create(any_sessions, knowledge, key="cle-meme-contenu")
    before = await count(any_sessions, Sollicitation), await count(any_sessions, SollicitationEvent)
    again = await create(any_sessions, knowledge, key="cle-meme-contenu")
    assert again == first
    assert (await count(any_sessions, Sollicitation), await count(any_sessions, SollicitationEvent)) == before


@pytest.mark.parametrize(
    "change", [{"description": "Une autre description entière."}, {"siret": None}, {"contact": "b@exemple.fr"}]
)
async def test_the_same_key_with_another_content_is_refused(
    sessions: Sessions, knowledge: Knowledge, change: dict[str, str | None]
) -> None:
    await create(sessions, knowledge, key="cle-autre-contenu")
    with pytest.raises(service.IdempotencyConflict, match="déjà servi pour une autre demande"):
        await create(sessions, knowledge, key="cle-autre-contenu", **change)
    assert await count(sessions, Sollicitation) == 1


async def test_without_a_key_the_same_content_is_written_twice(sessions: Sessions, knowledge: Knowledge) -> None:
    first, second = await create(sessions, knowledge), await create(sessions, knowledge)
    assert first.numero != second.numero
    assert await count(sessions, Sollicitation) == 2


async def test_eight_requests_at_once_with_the_same_key_write_one_row(any_sessions: Sessions, knowledge: Knowledge) -> None:
    before = await count(any_sessions, Sollicitation)
    created = await asyncio.gather(*(create(any_sessions, knowledge, key="cle-en-meme-temps") for _ in range(8)))
    assert len({one.numero for one in created}) == 1
    assert await count(any_sessions, Sollicitation) == before + 1


async def test_eight_requests_at_once_without_a_key_get_eight_numbers(any_sessions: Sessions, knowledge: Knowledge) -> None:
    created = await asyncio.gather(*(create(any_sessions, knowledge) for _ in range(8)))
    assert len({one.numero for one in created}) == 8


# --- refusals -------------------------------------------------------------------------------------------------------


async def test_an_unknown_category_is_refused_and_nothing_is_written(sessions: Sessions, knowledge: Knowledge) -> None:
    with pytest.raises(service.UnknownCategorie, match="Catégorie inconnue : nulle_part"):
        await create(sessions, knowledge, categorie="nulle_part")
    assert await count(sessions, Sollicitation) == 0


async def test_a_failing_write_leaves_nothing_behind(any_sessions: Sessions, knowledge: Knowledge) -> None:
    before = await count(any_sessions, Sollicitation)
    with pytest.raises(DBAPIError):
        await service.create(
            sessions=any_sessions,
            knowledge=knowledge,
            request=request(knowledge),
            origine=Origine.API,
            conversation_id="une-conversation-qui-n-existe-pas",
        )
    assert await count(any_sessions, Sollicitation) == before


@pytest.mark.parametrize(
    "change",
    [
        update(SollicitationEvent).values(acteur="quelqu'un d'autre"),
        delete(SollicitationEvent),
        text("UPDATE sollicitation_event SET detail = '{}'"),
        text("DELETE FROM sollicitation_event"),
    ],
    ids=["update", "delete", "update-sql", "delete-sql"],
)
async def test_the_database_refuses_to_change_or_delete_an_event(
    any_sessions: Sessions, knowledge: Knowledge, change: object
) -> None:
    await create(any_sessions, knowledge)
    before = await count(any_sessions, SollicitationEvent)
    with pytest.raises(DBAPIError, match="append-only"):
        async with transaction(any_sessions) as session:
            await session.execute(change)  # type: ignore[call-overload]
    async with any_sessions() as session:
        actors = set(await session.scalars(select(SollicitationEvent.acteur)))
    assert actors == {"usager"}
    assert await count(any_sessions, SollicitationEvent) == before
