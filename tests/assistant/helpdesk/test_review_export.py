"""What was kept becomes files that the project's own tools read."""

import io
import zipfile
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from assistant.database import Sessions, now, transaction
from assistant.helpdesk import learning
from assistant.helpdesk.enums import StatutRevue
from assistant.helpdesk.learning import ExportFile, ReviewRefused, export_archive
from assistant.helpdesk.models import Agent, Revue
from assistant.helpdesk.review import fiche_stub, one_line
from assistant.helpdesk.review_export import examples_file
from assistant.knowledge.check import load_examples
from assistant.knowledge.load import Knowledge, KnowledgeError, load_knowledge
from assistant.text import fold_words
from tests.assistant.knowledge.samples import write_knowledge
from tests.support.sollicitations import new_agent
from tests.support.words import new_word

DAY = date(2026, 11, 24)


@pytest_asyncio.fixture
async def agent(any_sessions: Sessions) -> AsyncIterator[Agent]:
    """Somebody who proposes and decides."""
    yield await new_agent(any_sessions)


def some_question() -> str:
    return f"comment débloquer mon accès {new_word()}"


async def kept(sessions: Sessions, knowledge: Knowledge, agent: Agent, texte: str, statut: StatutRevue) -> Revue:
    row = await learning.propose_example(
        sessions=sessions, knowledge=knowledge, agent=agent, intention="fiche/compte-bloque", texte=texte
    )
    if statut is not StatutRevue.PROPOSEE:
        await learning.decide_review(sessions=sessions, revue_id=row.id, statut=statut, agent=agent)
    return row


async def test_only_what_was_kept_comes_out_and_reads_as_training_data(
    any_sessions: Sessions, knowledge: Knowledge, agent: Agent, tmp_path: Path
) -> None:
    since = now()
    texts = {statut: some_question() for statut in StatutRevue}
    for statut, texte in texts.items():
        await kept(any_sessions, knowledge, agent, texte, statut)
    files = await learning.export_review(sessions=any_sessions, day=DAY, since=since)
    [nlu] = [file for file in files if file.chemin == "data/nlu/revue_2026-11-24.yml"]
    (tmp_path / "revue.yml").write_text(nlu.contenu, encoding="utf-8")
    assert load_examples(tmp_path) == {"fiche/compte-bloque": [texts[StatutRevue.RETENUE]]}


async def test_a_period_keeps_what_was_decided_in_it(any_sessions: Sessions, knowledge: Knowledge, agent: Agent) -> None:
    row = await kept(any_sessions, knowledge, agent, some_question(), StatutRevue.RETENUE)
    moment = now()
    before = await learning.export_review(sessions=any_sessions, day=DAY, since=moment + timedelta(hours=1))
    assert not any(row.texte in file.contenu for file in before)
    inside = await learning.export_review(
        sessions=any_sessions, day=DAY, since=moment - timedelta(hours=1), until=moment + timedelta(hours=1)
    )
    assert any(row.texte in file.contenu for file in inside)


async def test_personal_data_that_came_back_are_masked_on_the_way_out(
    any_sessions: Sessions, knowledge: Knowledge, agent: Agent
) -> None:
    row = await kept(any_sessions, knowledge, agent, some_question(), StatutRevue.RETENUE)
    async with transaction(any_sessions) as session:
        await session.execute(update(Revue).where(Revue.id == row.id).values(texte=f"{row.texte} paul@exemple.fr"))
    files = await learning.export_review(sessions=any_sessions, day=DAY)
    together = "".join(file.contenu for file in files)
    assert row.texte in together
    assert "paul@exemple.fr" not in together


async def test_an_exported_stub_lies_where_it_belongs_and_the_check_refuses_it(
    any_sessions: Sessions, knowledge: Knowledge, agent: Agent, tmp_path: Path
) -> None:
    since, title = now(), f"Stub {new_word()}"
    row = await learning.propose_fiche_stub(
        sessions=any_sessions, knowledge=knowledge, agent=agent, domaine="compte", titre=title, questions=["a ?", "b ?", "c ?"]
    )
    await learning.decide_review(sessions=any_sessions, revue_id=row.id, statut=StatutRevue.RETENUE, agent=agent)
    [stub] = await learning.export_review(sessions=any_sessions, day=DAY, since=since)
    assert stub.chemin == f"data/knowledge/fiches/compte/compte-{title.lower().replace(' ', '-')}.md"
    place = write_knowledge(tmp_path)
    path = place / stub.chemin.removeprefix("data/knowledge/")
    path.parent.mkdir(parents=True)
    path.write_text(stub.contenu, encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"confiance.*faits.*sources"):
        load_knowledge(place)


async def test_a_broken_head_never_chooses_where_the_file_lies(
    any_sessions: Sessions, knowledge: Knowledge, agent: Agent
) -> None:
    since = now()
    row = await learning.propose_fiche_stub(
        sessions=any_sessions,
        knowledge=knowledge,
        agent=agent,
        domaine="compte",
        titre=f"Tête {new_word()}",
        questions=["a ?"],
    )
    hostile = row.texte.replace("id: compte-", "id: ../../../etc/")
    await learning.decide_review(sessions=any_sessions, revue_id=row.id, statut=StatutRevue.RETENUE, agent=agent, texte=hostile)
    [stub] = await learning.export_review(sessions=any_sessions, day=DAY, since=since)
    assert stub.chemin == f"data/knowledge/fiches/compte/compte-revue-{row.id}.md"


_LINES = st.text(max_size=80).map(lambda text: f"{text} mot")


@given(st.lists(st.tuples(st.sampled_from(["fiche/compte-bloque", "hors_sujet"]), _LINES), min_size=1, max_size=6))
def test_any_kept_text_reads_back_as_one_example(tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[str, str]]) -> None:
    lines = []
    for intent, text in pairs:
        try:
            lines.append((intent, one_line(text)))
        except ReviewRefused:
            continue
    directory = tmp_path_factory.mktemp("revue")
    (directory / "revue.yml").write_text(examples_file(lines), encoding="utf-8")
    read = load_examples(directory)
    for intent, line in lines:
        words = fold_words(line)
        assert any(fold_words(example) == words for example in read[intent]), line
    assert sum(map(len, read.values())) == len({(intent, " ".join(fold_words(line)) or line) for intent, line in lines})


def test_the_archive_holds_every_file_and_the_same_files_give_the_same_bytes() -> None:
    files = [
        ExportFile("data/nlu/b.yml", "é"),
        ExportFile("data/knowledge/fiches/compte/a.md", fiche_stub("compte", "A", ["b ?"])),
    ]
    archive = export_archive(files)
    assert archive == export_archive(list(reversed(files)))
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert {name: opened.read(name).decode() for name in opened.namelist()} == {file.chemin: file.contenu for file in files}
