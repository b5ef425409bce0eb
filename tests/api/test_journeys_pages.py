"""The pages of the journeys: without JavaScript, kept between visits, opened elsewhere by the private link."""

import re
from html import unescape

import httpx
import pytest

from assistant.conversations.models import Conversation
from assistant.journeys import service as journeys_service
from tests.support.http import Service, make_settings, started
from tests.support.rasa_stub import RasaStub, entry

HTML = {"Accept": "text/html"}
LINK = re.compile(r'id="lien-prive" value="([^"]+)"')


async def get(service: Service, path: str) -> str:
    response = await service.http.get(path, headers=HTML)
    assert response.status_code == 200, response.text
    return unescape(response.text).replace("\u00a0", " ")


async def send(service: Service, path: str, command: str) -> httpx.Response:
    return await service.http.post(path, data={"commande": command}, headers=HTML)


async def private_link(service: Service) -> str:
    found = LINK.search(await get(service, "/parcours"))
    assert found is not None
    return found.group(1)


async def test_the_overview_names_every_journey_and_opens_no_carnet(service: Service) -> None:
    page = await get(service, "/parcours")
    for link in ("/parcours/compte", "/parcours/facture", "/quiz", "/parcours/reprendre"):
        assert f'href="{link}"' in page
    assert "set-cookie" not in (await service.http.get("/parcours")).headers


async def test_choosing_a_situation_leads_to_its_first_step(service: Service) -> None:
    page = await get(service, "/parcours/compte")
    assert "Quelle est votre situation ?" in page
    assert page.count('type="radio"') == 8
    response = await send(service, "/parcours/compte", "situation:association")
    assert (response.status_code, response.headers["location"]) == (303, "/parcours/compte")
    page = await get(service, "/parcours/compte")
    assert "Étape 1 : Vérifier que l'association a un SIRET" in page
    assert "0 sur 13" in page
    assert "À prendre avec réserve" in page


@pytest.mark.parametrize(
    "branche",
    [
        "auto-entrepreneur",
        "entreprise",
        "plusieurs-siret",
        "association",
        "etrangere",
        "organisme-public",
        "sous-traitant",
        "gestionnaire-parti",
    ],
)
async def test_every_situation_can_be_walked_to_its_end(service: Service, branche: str) -> None:
    await send(service, "/parcours/compte", f"situation:{branche}")
    branches = service.app.state.context.services.journeys.branches
    for etape in branches[branche].etapes:
        page = await get(service, "/parcours/compte")
        assert f'value="marquer:{etape}:faite"' in page
        assert "C'est réussi quand" in page
        await send(service, "/parcours/compte", f"marquer:{etape}:faite")
    assert "Bravo, votre parcours est terminé" in await get(service, "/parcours/compte")


async def test_who_is_stuck_is_told_what_to_do_and_can_go_on(service: Service) -> None:
    await send(service, "/parcours/compte", "situation:entreprise")
    await send(service, "/parcours/compte", "marquer:compte-creer:bloquee")
    page = await get(service, "/parcours/compte")
    assert "Vous êtes bloqué à cette étape" in page
    assert "Étape 1 : Créer le compte utilisateur" in page
    assert 'href="/sollicitation"' in page
    await send(service, "/parcours/compte", "aller")
    page = await get(service, "/parcours/compte")
    assert "Étape 2 : Activer le compte" in page
    assert "(bloquée)" in page


async def test_the_end_names_what_is_stuck_and_what_was_passed(service: Service) -> None:
    await send(service, "/parcours/compte", "situation:entreprise")
    etapes = service.app.state.context.services.journeys.branches["entreprise"].etapes
    for rank, etape in enumerate(etapes):
        await send(service, "/parcours/compte", f"marquer:{etape}:{['bloquee', 'passee', 'faite'][min(rank, 2)]}")
    await send(service, "/parcours/compte", "aller")
    page = await get(service, "/parcours/compte")
    assert "Vous êtes au bout du parcours" in page
    assert "Il reste 1 étape où vous êtes bloqué" in page
    assert "Étapes passées : 1." in page


async def test_the_journey_goes_on_elsewhere_by_the_private_link_only(
    service: Service, database_url: str, rasa: RasaStub
) -> None:
    await send(service, "/parcours/compte", "situation:entreprise")
    await send(service, "/parcours/compte", "marquer:compte-creer:faite")
    link = await private_link(service)
    assert re.fullmatch(r"http://[^/]+/parcours/reprendre#[\w-]{40,}", link)
    async with started(make_settings(database_url, rasa_url=rasa.url)) as elsewhere:
        assert "Étape" not in await get(elsewhere, "/parcours/compte")
        response = await elsewhere.http.post("/parcours/reprendre", data={"lien": link}, headers=HTML)
        assert (response.status_code, response.headers["location"]) == (303, "/parcours")
        assert "Étape 2 : Activer le compte" in await get(elsewhere, "/parcours/compte")
        await send(elsewhere, "/parcours/compte", "marquer:compte-activer:faite")
    assert "Étape 3" in await get(service, "/parcours/compte")


async def test_a_wrong_link_is_refused_and_too_many_are_stopped(service: Service) -> None:
    for _ in range(service.settings.follow_up_failures_per_minute):
        response = await service.http.post("/parcours/reprendre", data={"lien": f"#{'x' * 43}"}, headers=HTML)
        assert response.status_code == 403
        assert "n'ouvre aucun parcours" in unescape(response.text)
    response = await service.http.post("/parcours/reprendre", data={"lien": "n'importe quoi"}, headers=HTML)
    assert response.status_code == 429


async def test_the_secret_is_in_no_address_no_log_and_not_in_the_database(service: Service) -> None:
    response = await send(service, "/parcours/compte", "situation:entreprise")
    cookie = response.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    secret = (await private_link(service)).partition("#")[2]
    assert secret
    assert secret not in service.log
    assert secret not in response.headers["location"]


async def test_closing_takes_the_carnet_out_of_this_browser_but_not_out_of_the_world(service: Service) -> None:
    await send(service, "/parcours/compte", "situation:entreprise")
    link = await private_link(service)
    response = await service.http.post("/parcours/fermer", headers=HTML)
    assert response.status_code == 303
    assert "Étape" not in await get(service, "/parcours/compte")
    await service.http.post("/parcours/reprendre", data={"lien": link}, headers=HTML)
    assert "Étape 1" in await get(service, "/parcours/compte")


async def test_the_checklist_has_every_step_of_a_situation_even_before_anything_is_begun(service: Service) -> None:
    response = await service.http.get("/parcours/compte/liste")
    assert response.headers["location"] == "/parcours/compte"
    page = await get(service, "/parcours/compte/liste?situation=sous-traitant")
    journeys = service.app.state.context.services.journeys
    for etape in journeys.branches["sous-traitant"].etapes:
        assert journeys.etapes[etape].titre in page
    assert page.count('aria-label="À faire"') == len(journeys.branches["sous-traitant"].etapes)


async def test_the_checklist_shows_what_was_done(service: Service) -> None:
    await send(service, "/parcours/compte", "situation:entreprise")
    await send(service, "/parcours/compte", "marquer:compte-creer:faite")
    page = await get(service, "/parcours/compte/liste")
    assert page.count('aria-label="Faite"') == 1


async def test_the_deposit_ends_in_a_cadre_with_its_way_drawn_and_told(service: Service) -> None:
    for answer in ("document:travaux", "travaux-role:titulaire", "travaux-titulaire:mois"):
        response = await send(service, "/parcours/facture", f"repondre:{answer}")
        assert response.status_code == 303
    page = await get(service, "/parcours/facture")
    assert '<p class="number">A4</p>' in page
    assert '<svg class="chemin" role="img"' in page
    assert "Le même chemin, en texte" in page
    for word in ("Qui valide", "Les pièces", "Les délais", "7 jours"):
        assert word in page
    assert "style=" not in page
    await send(service, "/parcours/facture", "retour")
    assert "Où en est le chantier ?" in await get(service, "/parcours/facture")


async def test_nothing_chosen_is_said_and_the_question_stays(service: Service) -> None:
    response = await service.http.post("/parcours/facture", data={}, headers=HTML)
    page = unescape(response.text)
    assert response.status_code == 422
    assert 'role="alert"' in page
    assert "Choisissez une réponse, puis continuez." in page
    assert "Que voulez-vous déposer" in page


@pytest.mark.parametrize("command", ["situation:inconnue", "marquer:banque:faite", "n'importe quoi", "repondre:role:titulaire"])
async def test_a_command_that_does_not_fit_is_refused_with_a_sentence(service: Service, command: str) -> None:
    response = await send(service, "/parcours/compte", command)
    assert response.status_code == 422
    assert 'role="alert"' in response.text


async def test_a_form_of_another_site_is_not_even_read(service: Service) -> None:
    response = await service.http.post(
        "/parcours/compte", data={"commande": "situation:entreprise"}, headers=HTML | {"Sec-Fetch-Site": "cross-site"}
    )
    assert response.status_code == 403
    assert "set-cookie" not in response.headers


async def test_a_cookie_that_opens_nothing_begins_a_new_carnet(service: Service) -> None:
    service.http.cookies.set("carnet", "x" * 43)
    assert "Quelle est votre situation" in await get(service, "/parcours/compte")
    await send(service, "/parcours/compte", "situation:entreprise")
    assert "Étape 1" in await get(service, "/parcours/compte")


async def test_the_chat_gives_the_private_link_to_the_person_and_to_nobody_else(service: Service, rasa: RasaStub) -> None:
    talk = await service.open()
    context = service.app.state.context
    async with context.services.sessions() as session:
        sender = (await session.get_one(Conversation, talk.id)).rasa_sender
    await journeys_service.carnet_of_conversation(sessions=context.services.sessions, rasa_sender=sender)
    rasa.says(entry("Gardé. [Ouvrir](/parcours/reprendre)", kind="notice"))
    shown = (await talk.post({"text": "stop"})).json()["messages"][-1]["text"]
    found = re.search(r"\(/parcours/reprendre#([\w-]{40,})\)", shown)
    assert found is not None
    kept = (await service.http.get(talk.path, headers=talk.headers)).text
    assert found.group(1) not in kept
    assert "(/parcours/reprendre)" in kept
    response = await service.http.post("/parcours/reprendre", data={"lien": f"/parcours/reprendre#{found.group(1)}"})
    assert response.status_code == 303
