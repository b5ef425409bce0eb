"""The plain form: needs no JavaScript, loses nothing that was typed, writes once."""

import html
import re
from html.parser import HTMLParser

import httpx
import pytest
from sqlalchemy import select

from actions.base import Services
from assistant.sollicitations.enums import Origine
from assistant.sollicitations.models import Sollicitation
from tests.support.http import Service, make_settings, started
from tests.support.rasa_stub import RasaStub

GOOD = {
    "categorie": "facture_suspendue",
    "siret": "732 829 320 00074",
    "numero_facture": "F-12",
    "description": "La facture est suspendue.\nElle date de lundi.",
    "contact": "compta@exemple.fr",
}
HTML = {"Accept": "text/html"}


class Page(HTMLParser):
    """What a person sees and a browser sends back."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.options: list[str] = []
        self.described: dict[str, str] = {}
        self.invalid: set[str] = set()
        self.scripts: list[dict[str, str | None]] = []
        self.text = html.unescape(
            re.sub(r"<[^>]+>", " ", re.sub(r"<textarea.*?</textarea>", "", source, flags=re.DOTALL))
        ).replace("\u00a0", " ")
        self._textarea: str | None = None
        self.feed(source)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        name = given.get("name") or given.get("id") or ""
        if tag == "input":
            self.values[name] = given.get("value") or ""
        elif tag == "textarea":
            self._textarea = name
            self.values[name] = ""
        elif tag == "option":
            self.options.append(given.get("value") or "")
            if "selected" in given:
                self.values["categorie"] = given.get("value") or ""
        elif tag == "script":
            self.scripts.append(given)
        if given.get("aria-invalid") == "true":
            self.invalid.add(name)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._textarea = None

    def handle_data(self, data: str) -> None:
        if self._textarea is not None:
            # HTML drops the first line break of a textarea.
            self.values[self._textarea] += data.removeprefix("\n") if not self.values[self._textarea] else data


async def submit(service: Service, **changes: str) -> httpx.Response:
    return await service.http.post("/sollicitation", data={**GOOD, **changes}, headers=HTML)


async def rows(service: Service) -> list[Sollicitation]:
    async with service.app.state.context.services.sessions() as session:
        return list(await session.scalars(select(Sollicitation)))


def number(response: httpx.Response) -> str:
    assert response.status_code == 200, response.text
    [found] = set(re.findall(r'class="number">(CHO-\d{4}-\d{6})<', response.text))
    return found


async def test_the_empty_form_offers_every_category_and_a_new_key_each_time(service: Service, services: Services) -> None:
    first, second = [Page((await service.http.get("/sollicitation")).text) for _ in range(2)]
    assert first.options == ["", *services.knowledge.categories]
    assert {name: first.values.get(name, "") for name in GOOD} == dict.fromkeys(GOOD, "")
    assert len(first.values["cle_idempotence"]) >= 16
    assert first.values["cle_idempotence"] != second.values["cle_idempotence"]
    assert first.scripts == []
    assert first.invalid == set()


async def test_good_values_give_a_number_and_a_text_to_copy(service: Service, services: Services) -> None:
    key = Page((await service.http.get("/sollicitation")).text).values["cle_idempotence"]
    response = await submit(service, cle_idempotence=key)
    given = number(response)
    [row] = await rows(service)
    assert (row.numero, row.origine, row.siret, row.cle_idempotence) == (given, Origine.FORMULAIRE, "73282932000074", key)
    assert row.description == GOOD["description"]
    page = Page(response.text)
    texte = page.values["texte"]
    assert texte.startswith(f"Objet : {services.knowledge.categories['facture_suspendue'].titre} – facture F-12")
    assert texte.rstrip().endswith("La facture est suspendue.\nElle date de lundi.")
    assert "Choriste ne peut pas la déposer à votre place." in page.text
    assert all("src" in script for script in page.scripts)


async def test_the_same_key_twice_gives_the_same_number(service: Service) -> None:
    first, again = (
        await submit(service, cle_idempotence="cle-de-la-page-1"),
        await submit(service, cle_idempotence="cle-de-la-page-1"),
    )
    assert number(first) == number(again)
    assert len(await rows(service)) == 1


async def test_going_back_to_change_something_is_told_and_then_makes_a_new_one(service: Service) -> None:
    first = await submit(service, cle_idempotence="cle-de-la-page-2")
    changed = await submit(service, cle_idempotence="cle-de-la-page-2", numero_facture="F-13")
    assert changed.status_code == 409
    page = Page(changed.text)
    assert "Une demande est déjà enregistrée depuis cette page." in page.text
    assert {name: page.values[name] for name in GOOD} == GOOD | {"numero_facture": "F-13"}
    assert len(await rows(service)) == 1
    second = await service.http.post(
        "/sollicitation", data={name: page.values[name] for name in (*GOOD, "cle_idempotence")}, headers=HTML
    )
    assert number(second) != number(first)
    assert len(await rows(service)) == 2


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("categorie", "", "Ce champ est obligatoire."),
        ("categorie", "inventee", "Choisissez un sujet dans la liste."),
        ("siret", "73282932000075", "Ce SIRET n'est pas valable : sa clé de contrôle est fausse."),
        ("numero_facture", "F-" + "1" * 30, "Un numéro de facture a 20 caractères au plus"),
        ("description", "bof", "Décrivez le problème en une phrase au moins"),
        ("contact", "compta", "Cette adresse électronique n'est pas valable."),
    ],
)
async def test_bad_values_are_shown_again_with_what_is_to_be_mended(service: Service, field: str, value: str, said: str) -> None:
    response = await submit(service, **{field: value, "cle_idempotence": "cle-de-la-page-3"})
    assert response.status_code == 422
    page = Page(response.text)
    assert said in page.text
    assert page.invalid == {field}
    assert page.values["cle_idempotence"] == "cle-de-la-page-3"
    kept = {name: page.values.get(name, "") for name in GOOD}
    expected = GOOD | {field: value}
    assert kept == (expected if value != "inventee" else expected | {"categorie": ""})
    assert await rows(service) == []


async def test_all_that_is_wrong_is_told_at_once(service: Service) -> None:
    response = await service.http.post("/sollicitation", data={"siret": "1"}, headers=HTML)
    assert response.status_code == 422
    assert Page(response.text).invalid == {"categorie", "siret", "description", "contact"}


async def test_what_was_typed_cannot_become_part_of_the_page(service: Service) -> None:
    evil = '"><script>alert(1)</script></textarea>{{7*7}}'
    response = await submit(service, numero_facture=evil, description=evil, contact=evil)
    assert response.status_code == 422
    assert "<script>alert" not in response.text
    assert "49" not in Page(response.text).text
    page = Page(response.text)
    assert (page.values["numero_facture"], page.values["description"]) == (evil, evil)
    good = await submit(service, description=evil + " bonjour à tous")
    assert "<script>alert" not in good.text
    assert Page(good.text).values["texte"].rstrip().endswith(evil + " bonjour à tous")


async def test_secrets_are_not_stored(service: Service) -> None:
    await submit(service, description="Je n'entre plus, mon mot de passe est Toto2024, voilà.")
    [row] = await rows(service)
    assert row.description == "Je n'entre plus, mon mot de passe est ••••, voilà."


@pytest.mark.parametrize("key", ["", "court", "x" * 500, "a\x00b-et-la-suite", "é" * 20])
async def test_a_key_that_is_none_is_replaced(service: Service, key: str) -> None:
    number(await submit(service, cle_idempotence=key))
    [row] = await rows(service)
    assert row.cle_idempotence is not None
    assert re.fullmatch(r"[\w-]{16,128}", row.cle_idempotence, re.ASCII)


async def test_too_many_forms_must_wait_and_a_person_reads_a_page(database_url: str, rasa: RasaStub) -> None:
    async with started(make_settings(database_url, rasa_url=rasa.url, conversations_per_minute=1)) as service:
        number(await submit(service))
        response = await submit(service)
        assert response.status_code == 429
        assert response.headers["content-type"].startswith("text/html")
        assert re.search(r"Trop de demandes à la suite\. Attendez \d+ secondes\.", Page(response.text).text)
        assert int(response.headers["retry-after"]) > 0


async def test_an_incident_is_a_page_with_a_reference(service: Service) -> None:
    from sqlalchemy import text

    async with service.app.state.context.services.sessions() as session, session.begin():
        await session.execute(text("DROP TABLE sollicitation_event"))
    response = await submit(service)
    assert response.status_code == 500
    [reference] = set(re.findall(r"[A-Z2-9]{4}-[A-Z2-9]{4}", Page(response.text).text))
    assert reference in service.log
    assert "sqlite" not in response.text.lower()


async def test_the_form_works_on_postgresql_too(postgresql_url: str, rasa: RasaStub) -> None:
    async with started(make_settings(postgresql_url, rasa_url=rasa.url)) as service:
        number(await submit(service, cle_idempotence="x" * 500))
        number(await submit(service, cle_idempotence="a\x00b-et-la-suite", description="Une phrase avec \x00 dedans."))
