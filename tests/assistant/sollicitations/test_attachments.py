"""Files on the disk and their rows: together, or not at all. On SQLite and on PostgreSQL."""

import asyncio
import hashlib
import os
import stat
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from assistant.database import Sessions
from assistant.masking import Secret
from assistant.sollicitations import attachments, lifecycle, service
from assistant.sollicitations.attachments import MAX_BYTES, MAX_FILES, MAX_FILES_IN_ALL, PieceStore, RefusedFile
from assistant.sollicitations.desk import Desk
from assistant.sollicitations.enums import Etat, Origine
from assistant.sollicitations.follow_up import reread, reread_by_number
from assistant.sollicitations.models import PieceJointe
from assistant.sollicitations.schemas import SollicitationCreate
from tests.support import files
from tests.support.files import SentFile

REQUEST = SollicitationCreate(categorie="autre", description="Rien ne marche depuis lundi.", contact="a@exemple.fr")


@pytest.fixture
def store(tmp_path: Path) -> PieceStore:
    return PieceStore(tmp_path / "pieces")


@pytest.fixture
def on_disk(tmp_path: Path):
    return lambda: sorted(path for path in (tmp_path / "pieces").rglob("*") if path.is_file())


async def new_id(sessions: Sessions, desk: Desk) -> int:
    created = await service.create(sessions=sessions, desk=desk, request=REQUEST, origine=Origine.API)
    return (await reread_by_number(sessions=sessions, numero=created.numero)).id


async def attach(sessions: Sessions, store: PieceStore, one: int, *sent: SentFile) -> Sequence[PieceJointe]:
    async with store.staged(sent) as batch:
        return await attachments.attach(sessions=sessions, store=store, sollicitation_id=one, batch=batch, acteur="usager")


# --- on the disk ----------------------------------------------------------------------------------------------------


async def test_a_file_lies_under_its_hash_for_the_service_only(store: PieceStore, on_disk) -> None:
    content = files.pdf()
    staged = await store.stage(SentFile("facture.pdf", content))
    [path] = on_disk()
    assert path == staged.path == store.path(sha256=staged.sha256, piece_id=staged.id)
    assert path.read_bytes() == content
    assert path.name.startswith(hashlib.sha256(content).hexdigest())
    assert "facture" not in str(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) & 0o077 == 0


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("facture.exe", b"MZ", "seuls les fichiers PDF, PNG, JPEG et TXT"),
        ("facture.pdf", files.png(), "le contenu est du PNG, pas du PDF comme le dit le nom"),
        ("photo.jpg", files.png(), "le contenu est du PNG, pas du JPEG"),
        ("facture.pdf", b"bonjour", "le contenu est du texte, pas du PDF"),
        ("facture.pdf", b"", "« facture.pdf » : le fichier est vide."),
        ("facture.pdf", files.archive(), "ni un PDF"),
        ("facture.pdf", b"%PDF-1.4" + b"x" * MAX_BYTES, "dépasse 10 Mo"),
    ],
    ids=["name", "png as pdf", "png as jpg", "text as pdf", "empty", "zip as pdf", "too big"],
)
async def test_what_is_refused_leaves_nothing_on_the_disk(
    store: PieceStore, on_disk, name: str, content: bytes, said: str
) -> None:
    with pytest.raises(RefusedFile, match=said):
        await store.stage(SentFile(name, content))
    assert on_disk() == []


async def test_a_file_that_goes_on_is_not_read_to_its_end(store: PieceStore) -> None:
    endless = SentFile("facture.pdf", b"%PDF-1.4" + b"x" * (3 * MAX_BYTES))
    with pytest.raises(RefusedFile):
        await store.stage(endless)
    assert endless.read_bytes <= MAX_BYTES + 128 * 1024


async def test_ten_megabytes_are_taken_to_the_last_byte(store: PieceStore, on_disk) -> None:
    front, back = b"%PDF-1.4\n", b"\n%%EOF"
    content = front + b"x" * (MAX_BYTES - len(front) - len(back)) + back
    staged = await store.stage(SentFile("gros.pdf", content))
    assert (staged.taille, on_disk()[0].stat().st_size) == (MAX_BYTES, MAX_BYTES)


async def test_secrets_of_a_text_file_never_reach_the_disk(store: PieceStore, on_disk) -> None:
    staged = await store.stage(SentFile("notes.txt", "Accès refusé. Mon mot de passe est Toto2024".encode("cp1252")))
    assert staged.masques == {Secret.PASSWORD}
    [path] = on_disk()
    assert path.read_text(encoding="utf-8") == "Accès refusé. Mon mot de passe est ••••"
    assert hashlib.sha256(path.read_bytes()).hexdigest() == staged.sha256


async def test_one_bad_file_among_good_ones_takes_all_away(store: PieceStore, on_disk) -> None:
    sent = [SentFile("a.pdf", files.pdf()), SentFile("b.png", files.png()), SentFile("c.pdf", b"non")]
    with pytest.raises(RefusedFile, match=r"c\.pdf"):
        async with store.staged(sent):
            raise AssertionError("not reached")
    assert on_disk() == []


async def test_more_than_five_files_are_refused_before_one_is_read(store: PieceStore, on_disk) -> None:
    sent = [SentFile(f"{number}.png", files.png()) for number in range(MAX_FILES + 1)]
    with pytest.raises(RefusedFile, match="Vous avez choisi 6 fichiers ; 5 au plus"):
        async with store.staged(sent):
            raise AssertionError("not reached")
    assert [one.read_bytes for one in sent] == [0] * 6
    assert on_disk() == []


async def test_what_nobody_recorded_is_gone_after_the_block(store: PieceStore, on_disk) -> None:
    async with store.staged([SentFile("a.pdf", files.pdf())]):
        assert len(on_disk()) == 1
    assert on_disk() == []


# --- rows -----------------------------------------------------------------------------------------------------------


async def test_files_and_their_events_are_recorded(any_sessions: Sessions, store: PieceStore, on_disk, desk: Desk) -> None:
    one = await new_id(any_sessions, desk)
    rows = await attach(any_sessions, store, one, SentFile("a.pdf", files.pdf()), SentFile("é.txt", b"Bonjour"))
    assert [(row.nom, row.type_mime, row.taille) for row in rows] == [
        ("a.pdf", "application/pdf", len(files.pdf())),
        ("é.txt", "text/plain", 7),
    ]
    listed = await attachments.list_pieces(sessions=any_sessions, sollicitation_id=one)
    assert {row.id for row in listed} == {row.id for row in rows}
    assert {store.path(sha256=row.sha256, piece_id=row.id) for row in listed} == set(on_disk())
    events = [
        event for event in (await reread(sessions=any_sessions, sollicitation_id=one)).evenements if event.detail.get("nom")
    ]
    assert [(event.type, event.acteur, event.detail["nom"]) for event in events] == [
        ("piece_jointe", "usager", "a.pdf"),
        ("piece_jointe", "usager", "é.txt"),
    ]


async def test_a_file_sent_again_is_recorded_once(any_sessions: Sessions, store: PieceStore, on_disk, desk: Desk) -> None:
    one = await new_id(any_sessions, desk)
    [first] = await attach(any_sessions, store, one, SentFile("a.pdf", files.pdf()))
    again = await attach(any_sessions, store, one, SentFile("a.pdf", files.pdf()), SentFile("b.pdf", files.pdf()))
    assert again[0].id == first.id
    assert [row.nom for row in await attachments.list_pieces(sessions=any_sessions, sollicitation_id=one)] == ["a.pdf", "b.pdf"]
    assert len(on_disk()) == 2


async def test_the_same_file_twice_in_one_form_is_recorded_once(
    sessions: Sessions, store: PieceStore, on_disk, desk: Desk
) -> None:
    one = await new_id(sessions, desk)
    await attach(sessions, store, one, SentFile("a.pdf", files.pdf()), SentFile("a.pdf", files.pdf()))
    assert len(await attachments.list_pieces(sessions=sessions, sollicitation_id=one)) == len(on_disk()) == 1


async def test_there_is_a_limit_in_all_even_for_forms_at_once(
    any_sessions: Sessions, store: PieceStore, on_disk, desk: Desk
) -> None:
    one = await new_id(any_sessions, desk)

    async def send(number: int) -> bool:
        sent = [SentFile(f"{number}-{index}.txt", b"Bonjour") for index in range(MAX_FILES)]
        try:
            await attach(any_sessions, store, one, *sent)
        except RefusedFile as error:
            assert "20 au plus sont gardés" in str(error)  # noqa: PT017 - the count below says how many were refused
            return False
        return True

    done = await asyncio.gather(*(send(number) for number in range(6)))
    assert sum(done) == MAX_FILES_IN_ALL // MAX_FILES
    recorded = await attachments.list_pieces(sessions=any_sessions, sollicitation_id=one)
    assert len(recorded) == len(on_disk()) == MAX_FILES_IN_ALL


async def test_when_the_rows_cannot_be_written_the_files_go(any_sessions: Sessions, store: PieceStore, on_disk) -> None:
    with pytest.raises(SQLAlchemyError):
        await attach(any_sessions, store, 999_999, SentFile("a.pdf", files.pdf()))
    assert on_disk() == []


async def test_while_the_database_is_away_nothing_is_taken_away_that_it_may_have(
    sessions: Sessions, store: PieceStore, on_disk, desk: Desk
) -> None:
    one = await new_id(sessions, desk)
    async with sessions() as session, session.begin():
        await session.execute(text("DROP TABLE piece_jointe"))
    with pytest.raises(SQLAlchemyError):
        await attach(sessions, store, one, SentFile("a.pdf", files.pdf()))
    assert len(on_disk()) == 1, "the sweep decides later"


async def complement(sessions: Sessions, store: PieceStore, desk: Desk, one: int, sent: SentFile) -> None:
    async with (
        store.staged([sent]) as batch,
        attachments.recording(sessions=sessions, store=store, batch=batch) as pieces,
    ):
        await lifecycle.add_complement(sessions=sessions, desk=desk, sollicitation_id=one, texte="Voici.", pieces=pieces)


async def test_a_complement_brings_its_files_in_the_same_transaction(
    any_sessions: Sessions, store: PieceStore, on_disk, desk: Desk
) -> None:
    one = await new_id(any_sessions, desk)
    await complement(any_sessions, store, desk, one, SentFile("a.pdf", files.pdf()))
    assert [row.nom for row in await attachments.list_pieces(sessions=any_sessions, sollicitation_id=one)] == ["a.pdf"]
    await lifecycle.close_by_person(sessions=any_sessions, desk=desk, sollicitation_id=one)
    with pytest.raises(lifecycle.TransitionRefused):
        await complement(any_sessions, store, desk, one, SentFile("b.pdf", files.pdf()))
    assert len(on_disk()) == 1, "the file of the refused complement is gone"
    assert (await reread(sessions=any_sessions, sollicitation_id=one)).etat == Etat.CLOTUREE


async def test_a_file_is_found_in_its_own_sollicitation_only(any_sessions: Sessions, store: PieceStore, desk: Desk) -> None:
    one, other = await new_id(any_sessions, desk), await new_id(any_sessions, desk)
    [piece] = await attach(any_sessions, store, one, SentFile("a.pdf", files.pdf()))
    found = await attachments.get_piece(sessions=any_sessions, sollicitation_id=one, piece_id=piece.id)
    assert found is not None and found.nom == "a.pdf"
    for wrong, piece_id in ((other, piece.id), (one, "autre"), (one, "a\x00b")):
        assert await attachments.get_piece(sessions=any_sessions, sollicitation_id=wrong, piece_id=piece_id) is None


# --- what a killed process leaves -------------------------------------------------------------------------------------


async def test_the_sweep_takes_old_leftovers_and_nothing_else(
    any_sessions: Sessions, store: PieceStore, on_disk, desk: Desk
) -> None:
    one = await new_id(any_sessions, desk)
    [recorded] = await attach(any_sessions, store, one, SentFile("a.pdf", files.pdf()))
    old, fresh = await store.stage(SentFile("b.pdf", files.pdf())), await store.stage(SentFile("c.png", files.png()))
    unfinished = old.path.with_name(f".{old.path.name}")
    unfinished.write_bytes(b"half")
    two_hours_ago = time.time() - 7200
    for path in (old.path, unfinished, store.path(sha256=recorded.sha256, piece_id=recorded.id)):
        os.utime(path, (two_hours_ago, two_hours_ago))
    assert await attachments.sweep(sessions=any_sessions, store=store) == 2
    assert set(on_disk()) == {store.path(sha256=recorded.sha256, piece_id=recorded.id), fresh.path}
    assert await attachments.sweep(sessions=any_sessions, store=store) == 0
