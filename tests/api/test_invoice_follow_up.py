"""« Où en est ma facture ? » as a page: by number, labelled in the demonstration, closed where it is off, behind the code."""

import re

import pytest
from pwdlib.hashers.argon2 import Argon2Hasher

from tests.support.http import Service, make_settings, started
from tests.support.pages import Page
from tests.support.rasa_stub import RasaStub

HTML = {"Accept": "text/html"}
LABEL = "Données de démonstration"


async def look_up(service: Service, **data: str) -> tuple[int, Page, str]:
    response = await service.http.post("/suivi-facture", data=data, headers=HTML)
    return response.status_code, Page(response.text), response.text


async def test_the_form_says_that_the_invoices_are_made_up(service: Service) -> None:
    response = await service.http.get("/suivi-facture", headers=HTML)
    assert response.status_code == 200
    assert LABEL in response.text and response.headers["cache-control"] == "no-store"


async def test_an_invoice_shows_state_mover_payment_time_and_history(service: Service) -> None:
    status, page, source = await look_up(service, numero="2026-0147")
    assert status == 200
    assert page.text.count(LABEL) >= 2
    for words in ("Facture 2026-0147", "depuis le", "Qui doit agir ?", "Le délai de paiement (estimation)", "Son histoire"):
        assert words in page.text, words
    assert '<svg xmlns="http://www.w3.org/2000/svg" class="choriste-frise" role="img"' in source
    assert "L'histoire en texte" in page.text
    assert re.search(r"\d\d/\d\d/\d{4} : ", page.text)


async def test_an_unknown_number_is_told_with_the_way_on(service: Service) -> None:
    status, page, _ = await look_up(service, numero="ZZ-999999")
    assert status == 404
    assert "Je ne trouve pas de facture « ZZ-999999 »" in page.text and LABEL in page.text
    assert page.values["numero"] == "ZZ-999999"


async def test_what_is_typed_is_shown_as_words(service: Service) -> None:
    _, _, source = await look_up(service, numero="<script>alert(1)</script>")
    assert "<script>alert" not in source


@pytest.mark.parametrize("numero", ["", "   ", "9" * 61])
async def test_no_number_or_an_endless_one_is_refused(service: Service, numero: str) -> None:
    status, page, source = await look_up(service, numero=numero)
    assert status == 422 and 'aria-invalid="true"' in source
    assert "numéro" in page.text


async def test_off_means_closed_with_the_way_on_the_portal(database_url: str, rasa: RasaStub, remembered_vectors: None) -> None:
    async with started(make_settings(database_url, rasa_url=rasa.url, lookup_mode="off")) as service:
        for response in (
            await service.http.get("/suivi-facture", headers=HTML),
            await service.http.post("/suivi-facture", data={"numero": "2026-0147"}, headers=HTML),
        ):
            assert response.status_code == 404
            page = Page(response.text)
            assert "cette recherche n'est pas activée" in page.text and page.actions == []


async def test_behind_an_access_code_nobody_looks_up_without_it(
    database_url: str, rasa: RasaStub, remembered_vectors: None
) -> None:
    hashed = Argon2Hasher().hash("un-code-pour-les-agents")
    async with started(make_settings(database_url, rasa_url=rasa.url, access_code_hash=hashed)) as service:
        for response in (
            await service.http.get("/suivi-facture", headers=HTML),
            await service.http.post("/suivi-facture", data={"numero": "2026-0147"}, headers=HTML),
        ):
            assert response.status_code == 303
            assert response.headers["location"].startswith("/acces?suite=")


async def test_look_ups_from_one_address_are_throttled(database_url: str, rasa: RasaStub, remembered_vectors: None) -> None:
    async with started(make_settings(database_url, rasa_url=rasa.url, messages_per_minute=2)) as service:
        assert [(await look_up(service, numero="2026-0147"))[0] for _ in range(3)] == [200, 200, 429]
