"""Writing a sollicitation, on SQLite and on PostgreSQL."""

import asyncio
import hashlib
import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import DBAPIError

from assistant.conversations.service import open_conversation
from assistant.database import Sessions, transaction
from assistant.sollicitations import service
from assistant.sollicitations.desk import Desk
from assistant.sollicitations.enums import Etat, Origine, Priorite, TypeEvenement
from assistant.sollicitations.models import Sollicitation, SollicitationEvent
from assistant.sollicitations.schemas import SollicitationCreate, SollicitationPublic

SIRET = "73282932000074"


def request(desk: Desk, **changes: str | None) -> SollicitationCreate:
    given = {
        "categorie": next(iter(desk.knowledge.categories)),
        "siret": SIRET,
        "numero_facture": "F-2024-12",
        "description": "La facture est suspendue depuis lundi.",
        "contact": "compta@exemple.fr",
    }
    return SollicitationCreate.model_validate({**given, **changes})


async def create(sessions: Sessions, desk: Desk, key: str | None = None, **changes: str | None) -> SollicitationPublic:
    return await service.create(
        sessions=sessions,
        desk=desk,
        request=request(desk, **changes),
        origine=Origine.API,
        cle_idempotence=key,
    )


async def count(sessions: Sessions, table: type[Sollicitation] | type[SollicitationEvent]) -> int:
    async with sessions() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def test_what_was_written_comes_back_with_its_number(any_sessions: Sessions, desk: Desk) -> None:
    categorie = next(iter(desk.knowledge.categories.values()))
    created = await create(any_sessions, desk)
    assert re.fullmatch(rf"CHO-{datetime.now(UTC).year}-\d{{6}}", created.numero)
    assert created.etat is Etat.SOUMISE
    assert (created.categorie_titre, created.route, created.ou_ecrire) == (categorie.titre, categorie.route, categorie.ou_ecrire)
    assert (created.siret, created.numero_facture, created.contact) == (SIRET, "F-2024-12", "compta@exemple.fr")
    assert created.cree_le.tzinfo is not None
    assert abs(datetime.now(UTC) - created.cree_le) < timedelta(minutes=1)


async def test_the_text_to_paste_holds_every_field_in_order(sessions: Sessions, desk: Desk) -> None:
    created = await create(sessions, desk)
    assert created.texte.splitlines() == [
        f"Objet : {created.categorie_titre} – facture F-2024-12",
        "SIRET de ma structure : 732 829 320 00074",
        "Numéro de facture : F-2024-12",
        "Adresse électronique : compta@exemple.fr",
        "",
        "Description :",
        "La facture est suspendue depuis lundi.",
    ]


async def test_fields_that_were_not_given_are_left_out_of_the_text(sessions: Sessions, desk: Desk) -> None:
    created = await create(sessions, desk, siret=None, numero_facture=None)
    assert created.siret is None
    assert created.numero_facture is None
    assert created.texte.startswith(f"Objet : {created.categorie_titre}\nAdresse électronique : compta@exemple.fr\n")


async def test_numbers_are_unique_and_count_up(any_sessions: Sessions, desk: Desk) -> None:
    numbers = [(await create(any_sessions, desk)).numero for _ in range(5)]
    assert len(set(numbers)) == 5
    assert numbers == sorted(numbers)


async def test_the_first_event_tells_who_did_what(any_sessions: Sessions, desk: Desk) -> None:
    created = await create(any_sessions, desk)
    async with any_sessions() as session:
        row = await session.scalar(select(Sollicitation).where(Sollicitation.numero == created.numero))
        assert row is not None
        [event] = row.evenements
    assert (event.type, event.acteur) == (TypeEvenement.SOUMISSION, "usager")
    assert event.detail == {"origine": "api", "etat": "soumise"}
    assert event.cree_le == row.cree_le


async def test_a_conversation_is_linked_to_what_it_wrote(any_sessions: Sessions, desk: Desk) -> None:
    opened = await open_conversation(sessions=any_sessions)
    created = await service.create(
        sessions=any_sessions,
        desk=desk,
        request=request(desk),
        origine=Origine.CONVERSATION,
        conversation_id=opened.conversation.id,
    )
    async with any_sessions() as session:
        row = await session.scalar(select(Sollicitation).where(Sollicitation.numero == created.numero))
    assert row is not None
    assert (row.conversation_id, row.origine) == (opened.conversation.id, Origine.CONVERSATION)


# --- idempotency ----------------------------------------------------------------------------------------------------


async def test_the_same_key_and_content_gives_the_same_number_and_writes_nothing(any_sessions: Sessions, desk: Desk) -> None:
    first = await create(any_sessions, desk, key="cle-meme-contenu")
    before = await count(any_sessions, Sollicitation), await count(any_sessions, SollicitationEvent)
    again = await create(any_sessions, desk, key="cle-meme-contenu")
    assert again.model_copy(update={"jeton_suivi": first.jeton_suivi}) == first
    assert (await count(any_sessions, Sollicitation), await count(any_sessions, SollicitationEvent)) == before


@pytest.mark.parametrize(
    "change", [{"description": "Une autre description entière."}, {"siret": None}, {"contact": "b@exemple.fr"}]
)
async def test_the_same_key_with_another_content_is_refused(
    sessions: Sessions, desk: Desk, change: dict[str, str | None]
) -> None:
    await create(sessions, desk, key="cle-autre-contenu")
    with pytest.raises(service.IdempotencyConflict, match="déjà servi pour une autre demande"):
        await create(sessions, desk, key="cle-autre-contenu", **change)
    assert await count(sessions, Sollicitation) == 1


async def test_without_a_key_the_same_content_is_written_twice(sessions: Sessions, desk: Desk) -> None:
    first, second = await create(sessions, desk), await create(sessions, desk)
    assert first.numero != second.numero
    assert await count(sessions, Sollicitation) == 2


async def test_eight_requests_at_once_with_the_same_key_write_one_row(any_sessions: Sessions, desk: Desk) -> None:
    before = await count(any_sessions, Sollicitation)
    created = await asyncio.gather(*(create(any_sessions, desk, key="cle-en-meme-temps") for _ in range(8)))
    assert len({one.numero for one in created}) == 1
    assert await count(any_sessions, Sollicitation) == before + 1


async def test_eight_requests_at_once_without_a_key_get_eight_numbers(any_sessions: Sessions, desk: Desk) -> None:
    created = await asyncio.gather(*(create(any_sessions, desk) for _ in range(8)))
    assert len({one.numero for one in created}) == 8


# --- refusals -------------------------------------------------------------------------------------------------------


async def test_an_unknown_category_is_refused_and_nothing_is_written(sessions: Sessions, desk: Desk) -> None:
    with pytest.raises(service.UnknownCategorie, match="Catégorie inconnue : nulle_part"):
        await create(sessions, desk, categorie="nulle_part")
    assert await count(sessions, Sollicitation) == 0


async def test_a_failing_write_leaves_nothing_behind(any_sessions: Sessions, desk: Desk) -> None:
    before = await count(any_sessions, Sollicitation)
    with pytest.raises(DBAPIError):
        await service.create(
            sessions=any_sessions,
            desk=desk,
            request=request(desk),
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
async def test_the_database_refuses_to_change_or_delete_an_event(any_sessions: Sessions, desk: Desk, change: object) -> None:
    await create(any_sessions, desk)
    before = await count(any_sessions, SollicitationEvent)
    with pytest.raises(DBAPIError, match="append-only"):
        async with transaction(any_sessions) as session:
            await session.execute(change)  # type: ignore[call-overload]
    async with any_sessions() as session:
        actors = set(await session.scalars(select(SollicitationEvent.acteur)))
    assert "usager" in actors and "quelqu'un d'autre" not in actors
    assert await count(any_sessions, SollicitationEvent) == before


# --- what the help-desk needs ---------------------------------------------------------------------------------------


async def stored(sessions: Sessions, created: SollicitationPublic) -> Sollicitation:
    async with sessions() as session:
        row = await session.scalar(select(Sollicitation).where(Sollicitation.numero == created.numero))
    assert row is not None
    return row


async def test_a_new_one_waits_for_the_desk_with_its_clock_running(any_sessions: Sessions, desk: Desk) -> None:
    row = await stored(any_sessions, await create(any_sessions, desk))
    assert (row.version, row.priorite, row.agent_id, row.fictive) == (1, Priorite.NORMALE, None, False)
    assert row.echeance_le == desk.due(Priorite.NORMALE, row.cree_le)
    assert (row.secondes_restantes, row.cloture_le, row.maj_le) == (None, None, row.cree_le)
    assert row.route == desk.knowledge.categories[row.categorie].route


async def test_an_urgent_one_is_due_sooner(sessions: Sessions, desk: Desk) -> None:
    created = await service.create(
        sessions=sessions, desk=desk, request=request(desk), origine=Origine.API, priorite=Priorite.URGENTE
    )
    row = await stored(sessions, created)
    assert (row.priorite, row.echeance_le) == (Priorite.URGENTE, desk.due(Priorite.URGENTE, row.cree_le))


async def test_what_was_written_is_searchable_at_once(any_sessions: Sessions, desk: Desk) -> None:
    created = await create(any_sessions, desk, description="La Trésorerie d’Œuilly n'a rien reçu.")
    row = await stored(any_sessions, created)
    words = row.texte_recherche.split()
    assert words[0] == created.numero.lower().replace("-", "")
    assert {SIRET, "f202412", "comptaexemplefr", "tresorerie", "oeuilly"} <= set(words)


@pytest.mark.parametrize(
    ("description", "resume"),
    [
        ("Une phrase.\n\n  Puis une   autre.", "Une phrase. Puis une autre."),
        ("mot " * 60, "mot " * 38 + "mot…"),
        ("x" * 400, "x" * 159 + "…"),
        # The sentence ends where the cut falls: no full stop before the ellipsis.
        ("mot " * 38 + "fin. Une suite qui ne tient plus.", "mot " * 38 + "fin…"),
        ("a" * 160, "a" * 160),
    ],
)
async def test_a_line_for_lists_is_cut_between_words(sessions: Sessions, desk: Desk, description: str, resume: str) -> None:
    row = await stored(sessions, await create(sessions, desk, description=description))
    assert row.resume == resume
    assert len(row.resume) <= service.RESUME_MAX


async def test_the_follow_up_secret_opens_its_own_sollicitation_only(any_sessions: Sessions, desk: Desk) -> None:
    first, second = await create(any_sessions, desk), await create(any_sessions, desk)
    assert first.jeton_suivi and second.jeton_suivi and first.jeton_suivi != second.jeton_suivi
    opened = await service.get_by_token(sessions=any_sessions, numero=first.numero, token=first.jeton_suivi)
    assert opened is not None and opened.numero == first.numero
    for numero, token in (
        (second.numero, first.jeton_suivi),
        ("CHO-2026-999999", first.jeton_suivi),
        (first.numero, first.jeton_suivi + "x"),
        (first.numero, ""),
        (first.numero, opened.jeton_hache or ""),
    ):
        assert await service.get_by_token(sessions=any_sessions, numero=numero, token=token) is None


async def test_the_follow_up_secret_is_stored_nowhere(sessions: Sessions, desk: Desk) -> None:
    created = await create(sessions, desk)
    row = await stored(sessions, created)
    everything = str([getattr(row, column.key) for column in Sollicitation.__table__.columns] + [row.evenements[0].detail])
    assert created.jeton_suivi is not None and created.jeton_suivi not in everything
    assert row.jeton_hache == hashlib.sha256(created.jeton_suivi.encode()).hexdigest()


async def test_a_repeated_request_gets_a_secret_that_works_as_the_first_may_be_lost(any_sessions: Sessions, desk: Desk) -> None:
    key = f"cle-{uuid.uuid4()}"
    first, again = await create(any_sessions, desk, key=key), await create(any_sessions, desk, key=key)
    assert again.jeton_suivi is not None
    opened = await service.get_by_token(sessions=any_sessions, numero=first.numero, token=again.jeton_suivi)
    assert opened is not None
    assert first.jeton_suivi is not None and first.jeton_suivi != again.jeton_suivi
    assert await service.get_by_token(sessions=any_sessions, numero=first.numero, token=first.jeton_suivi) is None
    assert (opened.version, len(opened.evenements)) == (1, 1)


async def test_later_a_repeated_request_leaves_the_first_secret_alone(any_sessions: Sessions, desk: Desk) -> None:
    key = f"cle-{uuid.uuid4()}"
    first = await create(any_sessions, desk, key=key)
    async with transaction(any_sessions) as session:
        await session.execute(
            update(Sollicitation)
            .where(Sollicitation.numero == first.numero)
            .values(cree_le=datetime.now(UTC) - timedelta(minutes=11))
        )
    assert (await create(any_sessions, desk, key=key)).jeton_suivi is None
    assert first.jeton_suivi is not None
    assert await service.get_by_token(sessions=any_sessions, numero=first.numero, token=first.jeton_suivi) is not None
