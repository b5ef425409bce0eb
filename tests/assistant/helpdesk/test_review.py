"""The review list: people propose, people decide, nothing else happens. On both engines."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
import yaml

from assistant.conversations import service as conversations
from assistant.database import Sessions
from assistant.helpdesk import learning
from assistant.helpdesk.enums import SorteRevue, StatutRevue
from assistant.helpdesk.learning import ReviewNotFound, ReviewRefused
from assistant.helpdesk.models import Agent, Revue
from assistant.helpdesk.review import MAX_EXAMPLE, OTHER_INTENTS, fiche_stub, one_line, stub_id
from assistant.knowledge.check import load_examples
from assistant.knowledge.load import Knowledge, parse_fiche
from assistant.knowledge.schemas import TO_COMPLETE
from tests.support.paths import ROOT
from tests.support.sollicitations import new_agent
from tests.support.words import new_word

INTENT = "fiche/compte-bloque"


@pytest_asyncio.fixture
async def agent(any_sessions: Sessions) -> AsyncIterator[Agent]:
    """Somebody who proposes and decides."""
    yield await new_agent(any_sessions)


def some_question() -> str:
    """Words that no other test has proposed on this database."""
    return f"pourquoi mon compte est-il bloqué {new_word()}"


async def propose(sessions: Sessions, knowledge: Knowledge, agent: Agent, texte: str, **changes: str) -> Revue:
    given = {"intention": INTENT, **changes}
    return await learning.propose_example(sessions=sessions, knowledge=knowledge, agent=agent, texte=texte, **given)


async def test_an_example_waits_to_be_decided_on(any_sessions: Sessions, knowledge: Knowledge, agent: Agent) -> None:
    texte = some_question()
    row = await propose(any_sessions, knowledge, agent, texte)
    assert (row.sorte, row.cible, row.texte, row.statut) == (SorteRevue.EXEMPLE, INTENT, texte, StatutRevue.PROPOSEE)
    assert (row.propose_par, row.decide_par, row.decide_le) == (agent.id, None, None)
    listed = await learning.list_review(sessions=any_sessions, statut=StatutRevue.PROPOSEE)
    assert row.id in [one.id for one in listed]


async def test_an_example_comes_without_personal_data_on_one_line(
    any_sessions: Sessions, knowledge: Knowledge, agent: Agent
) -> None:
    row = await propose(any_sessions, knowledge, agent, f"- {some_question()}\nécrivez à a@exemple.fr [ici](lien) mdp: Azerty12!")
    assert "\n" not in row.texte
    assert not row.texte.startswith("-")
    for secret in ("a@exemple.fr", "Azerty12!", "[", "]"):
        assert secret not in row.texte


async def test_a_message_may_be_named_but_must_exist(any_sessions: Sessions, knowledge: Knowledge, agent: Agent) -> None:
    talk = (await conversations.open_conversation(sessions=any_sessions)).conversation.id
    said = await conversations.add_user_message(sessions=any_sessions, conversation_id=talk, text="bloqué")
    row = await propose(any_sessions, knowledge, agent, some_question(), message_id=said.id)
    assert row.message_id == said.id
    with pytest.raises(ReviewRefused, match="message n'existe pas"):
        await propose(any_sessions, knowledge, agent, some_question(), message_id="inconnu")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"intention": "fiche/nulle-part"}, "intention n'existe pas"),
        ({"intention": "insulter"}, "intention n'existe pas"),
        ({"texte": " - … "}, "aucun mot"),
        ({"texte": "mot " * 200}, f"{MAX_EXAMPLE} caractères"),
    ],
)
async def test_what_cannot_be_an_example_is_refused(
    any_sessions: Sessions, knowledge: Knowledge, agent: Agent, changes: dict[str, str], why: str
) -> None:
    with pytest.raises(ReviewRefused, match=why):
        await propose(any_sessions, knowledge, agent, **{"texte": some_question(), **changes})


async def test_the_same_proposal_is_not_listed_twice_unless_it_was_refused(
    any_sessions: Sessions, knowledge: Knowledge, agent: Agent
) -> None:
    texte = some_question()
    first = await propose(any_sessions, knowledge, agent, texte)
    with pytest.raises(ReviewRefused, match="déjà dans la liste"):
        await propose(any_sessions, knowledge, agent, f"  {texte} ")
    await learning.decide_review(sessions=any_sessions, revue_id=first.id, statut=StatutRevue.REFUSEE, agent=agent)
    assert (await propose(any_sessions, knowledge, agent, texte)).id != first.id


async def test_a_line_is_kept_corrected_and_put_back(any_sessions: Sessions, knowledge: Knowledge, agent: Agent) -> None:
    row = await propose(any_sessions, knowledge, agent, some_question())
    corrected = some_question()
    kept = await learning.decide_review(
        sessions=any_sessions, revue_id=row.id, statut=StatutRevue.RETENUE, agent=agent, texte=f"{corrected} 06 12 34 56 78"
    )
    assert (kept.statut, kept.decide_par) == (StatutRevue.RETENUE, agent.id)
    assert kept.texte == f"{corrected} (téléphone masqué)"
    assert kept.decide_le is not None
    back = await learning.decide_review(sessions=any_sessions, revue_id=row.id, statut=StatutRevue.PROPOSEE, agent=agent)
    assert (back.statut, back.decide_par, back.decide_le) == (StatutRevue.PROPOSEE, None, None)


async def test_of_two_people_at_once_one_decides_and_the_other_is_told(
    any_sessions: Sessions, knowledge: Knowledge, agent: Agent
) -> None:
    row = await propose(any_sessions, knowledge, agent, some_question())
    outcomes = await asyncio.gather(
        *(
            learning.decide_review(sessions=any_sessions, revue_id=row.id, statut=statut, agent=agent)
            for statut in (StatutRevue.RETENUE, StatutRevue.REFUSEE)
        ),
        return_exceptions=True,
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["ReviewRefused", "Revue"]


async def test_what_is_not_there_cannot_be_decided_on(any_sessions: Sessions, agent: Agent) -> None:
    with pytest.raises(ReviewNotFound):
        await learning.decide_review(sessions=any_sessions, revue_id=999_999_999, statut=StatutRevue.RETENUE, agent=agent)


async def test_the_list_comes_latest_first_page_by_page(any_sessions: Sessions, knowledge: Knowledge, agent: Agent) -> None:
    rows = [await propose(any_sessions, knowledge, agent, some_question()) for _ in range(3)]
    first = await learning.list_review(sessions=any_sessions, size=2)
    second = await learning.list_review(sessions=any_sessions, size=2, before=first[-1].id)
    assert [row.id for row in (*first, second[0])] == [row.id for row in reversed(rows)]


# --- stubs of fiches ------------------------------------------------------------------------------------------------


async def test_a_stub_holds_the_questions_and_is_refused_until_it_is_written(
    any_sessions: Sessions, knowledge: Knowledge, agent: Agent
) -> None:
    title = f"Essai du brouillon {new_word()}"
    row = await learning.propose_fiche_stub(
        sessions=any_sessions,
        knowledge=knowledge,
        agent=agent,
        domaine="compte",
        titre=title,
        questions=["Comment faire ?", "comment on fait", "Écrire à a@exemple.fr ?"],
    )
    assert (row.sorte, row.cible) == (SorteRevue.FICHE, "compte")
    head = yaml.safe_load(row.texte.split("---\n")[1])
    assert (head["titre"], head["domaine"], len(head["questions"])) == (title, "compte", 3)
    assert "a@exemple.fr" not in row.texte
    with pytest.raises(ValueError, match="confiance"):
        parse_fiche(row.texte)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"domaine": "cuisine"}, "domaine n'existe pas"),
        ({"titre": "…"}, "titre"),
        ({"titre": "x" * 61}, "titre"),
        ({"titre": "bloqué"}, "« compte-bloque » existe déjà"),
    ],
)
async def test_what_cannot_be_a_fiche_is_refused(
    any_sessions: Sessions, knowledge: Knowledge, agent: Agent, changes: dict[str, str], why: str
) -> None:
    given = {"domaine": "compte", "titre": "Un titre", **changes}
    with pytest.raises(ReviewRefused, match=why):
        await learning.propose_fiche_stub(
            sessions=any_sessions, knowledge=knowledge, agent=agent, questions=["Comment faire ?"], **given
        )


async def test_a_corrected_stub_keeps_its_head(any_sessions: Sessions, knowledge: Knowledge, agent: Agent) -> None:
    row = await learning.propose_fiche_stub(
        sessions=any_sessions,
        knowledge=knowledge,
        agent=agent,
        domaine="compte",
        titre=f"À corriger {new_word()}",
        questions=["Comment ?"],
    )
    with pytest.raises(ReviewRefused, match="en-tête"):
        await learning.decide_review(
            sessions=any_sessions, revue_id=row.id, statut=StatutRevue.RETENUE, agent=agent, texte="sans en-tête"
        )
    kept = await learning.decide_review(
        sessions=any_sessions, revue_id=row.id, statut=StatutRevue.RETENUE, agent=agent, texte=row.texte.replace("\n", "\r\n")
    )
    assert kept.texte == row.texte


@pytest.mark.parametrize(
    ("titre", "name"),
    [
        ("Mot de passe : l'oublier !", "compte-mot-passe-oublier"),
        ("Où écrire à l'AIFE ?", "compte-ecrire-aife"),
        ("« … »", "compte"),
    ],
)
def test_the_id_of_a_stub_comes_from_its_title(titre: str, name: str) -> None:
    assert stub_id("compte", titre) == name


@pytest.mark.parametrize("titre", ['Guillemets " et : deux-points', "# un dièse", "- tiret", "l'apostrophe", "null", "12"])
def test_any_title_and_question_survive_the_way_through_yaml(titre: str) -> None:
    head = yaml.safe_load(fiche_stub("compte", titre, [titre, "Quoi ?"]).split("---\n")[1])
    assert (head["titre"], head["questions"]) == (titre, [titre, "Quoi ?"])
    assert head["confiance"] == TO_COMPLETE


def test_every_intent_that_can_be_chosen_is_one_that_the_bot_knows(knowledge: Knowledge) -> None:
    known = set(load_examples(ROOT / "data" / "nlu"))
    assert set(OTHER_INTENTS) <= known
    intents = learning.list_intents(knowledge)
    assert set(intents) <= known
    assert intents[INTENT] == knowledge.fiches["compte-bloque"].titre
    assert "compte" in learning.list_domains(knowledge)


def test_one_line_keeps_the_question_itself() -> None:
    assert one_line("  * comment   ça\tmarche ? ") == "comment ça marche ?"
