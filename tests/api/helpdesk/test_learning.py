"""Questions that the bot could not answer, and what people make of them."""

import io
import zipfile

import pytest

from assistant.helpdesk import group_board, learning
from assistant.helpdesk.enums import Role, StatutRevue
from tests.support.desk import Browser, add_agent, sessions_of, signed_in, text_of
from tests.support.http import Service
from tests.support.rasa_stub import RasaStub, entry


@pytest.fixture
async def browser(service: Service) -> Browser:
    """A supervisor's browser."""
    return await signed_in(service, await add_agent(sessions_of(service), Role.SUPERVISEUR, nom="Sam Chef"))


async def _unknown(service: Service, rasa: RasaStub, *questions: str) -> None:
    rasa.says(entry("Je ne sais pas.", kind="unknown"))
    for question in questions:
        await (await service.open()).say(question)


async def test_unanswered_questions_are_grouped_with_what_the_bot_said(
    service: Service, rasa: RasaStub, browser: Browser
) -> None:
    await _unknown(service, rasa, "comment changer mon rib", "comment changer mon rib ?", "où voir la cantine")
    page = await browser.get("/helpdesk/apprentissage")
    shown = text_of(page)
    assert "3 questions dans cette période" in shown
    assert "comment changer mon rib" in shown
    assert "où voir la cantine" in shown
    assert "Réponse : Je ne sais pas." in shown
    only = text_of(await browser.get("/helpdesk/apprentissage?raison=vote_negatif"))
    assert "Aucune question de ce genre" in only


async def test_many_questions_are_prepared_then_shown_with_the_age_of_their_groups(
    service: Service, rasa: RasaStub, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_board, "FEW", 1)
    monkeypatch.setattr(group_board, "PATIENCE", 0)
    await _unknown(service, rasa, "comment changer mon rib", "où voir la cantine")
    page = await browser.get("/helpdesk/apprentissage")
    assert "leur regroupement se prépare" in text_of(page)
    assert "Aucune question" not in text_of(page)
    await service.app.state.console.groups.settle()
    shown = text_of(await browser.get("/helpdesk/apprentissage"))
    assert "2 questions dans cette période. Regroupement fait à l'instant." in shown
    assert "où voir la cantine" in shown


async def test_an_example_goes_to_the_review_list_and_from_there_into_the_export(
    service: Service, rasa: RasaStub, browser: Browser
) -> None:
    await _unknown(service, rasa, "comment changer mon rib")
    fiche = next(iter(service.app.state.context.services.knowledge.fiches))
    answer = await browser.post(
        "/helpdesk/apprentissage/propositions", sorte="exemple", intention=f"fiche/{fiche}", texte="comment changer mon rib"
    )
    assert answer.status_code == 303
    page = await browser.get("/helpdesk/apprentissage/revue")
    assert 'value="comment changer mon rib"' in page.text
    assert "proposé par Sam Chef" in text_of(page)

    [line] = await learning.list_review(sessions=sessions_of(service))
    kept = await browser.post(f"/helpdesk/apprentissage/revue/{line.id}", decision="retenue", texte="comment modifier mon rib")
    assert kept.headers["location"] == "/helpdesk/apprentissage/revue?fait=revue_decision"
    again = await browser.post(f"/helpdesk/apprentissage/revue/{line.id}", decision="refusee")
    assert again.status_code == 422
    assert "Quelqu'un a déjà décidé" in text_of(again)
    archive = await browser.get("/helpdesk/apprentissage/export")
    assert archive.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(archive.content)) as files:
        [name] = files.namelist()
        assert name.startswith("data/nlu/revue_")
        content = files.read(name).decode()
    assert f"- intent: fiche/{fiche}" in content
    assert "    - comment modifier mon rib" in content
    back = await browser.post(f"/helpdesk/apprentissage/revue/{line.id}", decision="proposee")
    assert back.status_code == 303


async def test_a_fiche_to_write_goes_to_the_review_list(service: Service, browser: Browser) -> None:
    domaine = learning.list_domains(service.app.state.context.services.knowledge)[0]
    answer = await browser.post(
        "/helpdesk/apprentissage/propositions",
        sorte="fiche",
        domaine=domaine,
        titre="Changer de RIB",
        questions=["comment changer mon rib", "nouveau rib"],
    )
    assert answer.status_code == 303
    page = await browser.get("/helpdesk/apprentissage/revue?statut=proposee")
    assert "titre: Changer de RIB" in page.text
    assert (await browser.get("/helpdesk/apprentissage/revue?statut=retenue")).text.count("<textarea") == 0


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"sorte": "exemple", "intention": "inventee", "texte": "bonjour"}, "Cette intention n'existe pas."),
        ({"sorte": "exemple", "intention": "hors_sujet", "texte": "…"}, "ne contient aucun mot"),
        ({"sorte": "fiche", "domaine": "inventé", "titre": "Un titre"}, "Ce domaine n'existe pas."),
        ({}, "Cette intention n'existe pas."),
    ],
)
async def test_a_proposal_that_cannot_be_is_refused_and_what_was_typed_is_shown(
    browser: Browser, fields: dict[str, str], words: str
) -> None:
    page = await browser.post("/helpdesk/apprentissage/propositions", **fields)
    assert page.status_code == 422
    assert words in text_of(page)
    for typed in (fields.get("texte"), fields.get("titre")):
        assert typed is None or typed in text_of(page)


async def test_a_decision_that_means_nothing_changes_nothing(service: Service, browser: Browser) -> None:
    await browser.post(
        "/helpdesk/apprentissage/propositions", sorte="exemple", intention="hors_sujet", texte="quel temps fait-il"
    )
    [line] = await learning.list_review(sessions=sessions_of(service))
    assert (await browser.post(f"/helpdesk/apprentissage/revue/{line.id}", decision="effacer")).status_code == 422
    assert (await browser.post("/helpdesk/apprentissage/revue/99999", decision="retenue")).status_code == 422
    [same] = await learning.list_review(sessions=sessions_of(service))
    assert same.statut == StatutRevue.PROPOSEE


@pytest.mark.parametrize("query", ["statut=x", "avant=x", "avant=99999999999999", "avant=1"])
async def test_an_address_that_means_nothing_shows_the_list(browser: Browser, query: str) -> None:
    assert (await browser.get(f"/helpdesk/apprentissage/revue?{query}")).status_code == 200
