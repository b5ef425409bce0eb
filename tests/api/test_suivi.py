"""The follow-up page: who may open it, what it shows, what the person does there. Without JavaScript."""

import asyncio
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from actions.base import Services
from assistant.helpdesk.models import Agent
from assistant.sollicitations import attachments, follow_up, lifecycle
from assistant.sollicitations.enums import Etat
from assistant.sollicitations.models import Sollicitation
from tests.support import files
from tests.support.http import Service, make_settings, started
from tests.support.pages import Page
from tests.support.rasa_stub import RasaStub
from tests.support.sollicitations import new_agent

BODY = {
    "categorie": "facture_rejetee",
    "siret": "73282932000074",
    "numero_facture": "F-12",
    "description": "La facture est rejetée.\nLe motif est <b>vide</b>.",
    "contact": "compta@exemple.fr",
    "donnees": {"motif": "Pièce manquante"},
}
HTML = {"Accept": "text/html"}
PDF = ("pieces", ("facture.pdf", files.pdf(), "application/pdf"))


@dataclass
class Person:
    """Who wrote a sollicitation by the API, then follows it in a browser."""

    service: Service
    numero: str
    jeton: str

    @property
    def path(self) -> str:
        return f"/suivi/{self.numero}"

    async def open(self, **fields: str) -> httpx.Response:
        """What the script of the page, or the person who pastes the link, sends."""
        sent = {"numero": self.numero, "lien": self.jeton, **fields}
        return await self.service.http.post("/suivi", data=sent, headers=HTML, follow_redirects=True)

    async def get(self, tail: str = "") -> httpx.Response:
        return await self.service.http.get(f"{self.path}{tail}", headers=HTML)

    async def send(self, action: str, texte: str = "", *sent: Any, **options: Any) -> httpx.Response:
        return await self.service.http.post(
            f"{self.path}/{action}",
            data={"texte": texte},
            files=[*sent] or None,
            headers=HTML | options.pop("headers", {}),
            **options,
        )

    async def row(self) -> Sollicitation:
        return await follow_up.reread_by_number(sessions=self.service.app.state.context.services.sessions, numero=self.numero)

    async def desk(self, name: str, **options: Any) -> None:
        """What an agent does."""
        services: Services = self.service.app.state.context.services
        row = await self.row()
        agent = await new_agent(services.sessions, "Camille")
        if row.agent_id is not None:
            async with services.sessions() as session:
                agent = await session.get_one(Agent, row.agent_id)
        if name != "add_note":
            options["version"] = row.version
        await getattr(lifecycle, name)(
            sessions=services.sessions, desk=services.desk, sollicitation_id=row.id, agent=agent, **options
        )


async def write(service: Service, **changes: Any) -> Person:
    response = await service.http.post("/api/v1/sollicitations", json={**BODY, **changes})
    assert response.status_code == 201, response.text
    return Person(service, response.json()["numero"], response.json()["jeton_suivi"])


@pytest.fixture
async def person(service: Service) -> Person:
    return await write(service)


def on_disk(service: Service) -> list[Path]:
    return [path for path in (service.settings.data_dir / "pieces").rglob("*") if path.is_file()]


# --- who may open it --------------------------------------------------------------------------------------------------


async def test_the_link_is_exchanged_for_a_short_cookie_of_this_sollicitation(person: Person) -> None:
    response = await person.open()
    assert response.status_code == 200
    assert response.url.path == person.path
    assert f"Ma demande {person.numero}" in Page(response.text).text
    [cookie] = person.service.http.cookies.jar
    assert cookie.name == f"suivi_{person.numero}"
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert cookie.get_nonstandard_attr("SameSite") == "strict"
    assert cookie.expires is not None and 0 < cookie.expires - time.time() <= 30 * 60


async def test_the_whole_link_may_be_pasted_with_or_without_the_number(person: Person) -> None:
    link = f"http://choriste.test/suivi/{person.numero}#{person.jeton}"
    for fields in ({"numero": "", "lien": f"  {link} "}, {"numero": "CHO-2026-999999", "lien": link}):
        person.service.http.cookies.clear()
        assert f"Ma demande {person.numero}" in Page((await person.open(**fields)).text).text


async def test_over_https_the_cookie_is_for_this_host_and_https_only(person: Person) -> None:
    sent = {"numero": person.numero, "lien": person.jeton}
    response = await person.service.http.post("https://choriste.test/suivi", data=sent, headers=HTML)
    assert response.status_code == 303
    cookie = response.headers["set-cookie"]
    assert cookie.startswith(f"__Host-suivi_{person.numero}=")
    assert "; Secure" in cookie and "; Path=/" in cookie and "Domain" not in cookie


@pytest.mark.parametrize("path", ["/suivi", "/suivi/{numero}", "/suivi/CHO-2026-999999", "/suivi/n-importe-quoi"])
async def test_without_the_secret_every_address_shows_the_same_page(person: Person, path: str) -> None:
    response = await person.service.http.get(path.format(numero=person.numero), headers=HTML)
    assert response.status_code == 200
    shown = re.sub(r"CHO-\d{4}-\d{6}", "NUMERO", Page(response.text).text)
    reference = await person.service.http.get(
        "/suivi/CHO-2020-000001" if "CHO" in shown or "NUMERO" in shown else "/suivi", headers=HTML
    )
    assert shown == re.sub(r"CHO-\d{4}-\d{6}", "NUMERO", Page(reference.text).text)
    # The menu says « facture » on every page.
    assert "facture" not in shown.lower().replace("vérifier une facture", "").replace("où en est ma facture", "")


@pytest.mark.parametrize(
    "lien",
    ["", "x", "x" * 43, "compta@exemple.fr", "F-12", "../../etc", "\x00" * 43, "é" * 43, "' OR 1=1 --" + "x" * 30],
)
async def test_a_wrong_secret_and_an_unknown_number_get_the_same_answer(person: Person, lien: str) -> None:
    wrong = await person.open(lien=lien)
    unknown = await person.open(numero="CHO-2026-999999", lien=lien)
    assert (wrong.status_code, unknown.status_code) == (403, 403)
    assert wrong.text.replace(person.numero, "N") == unknown.text.replace("CHO-2026-999999", "N")
    assert "Ce lien de suivi n'ouvre aucune demande." in Page(wrong.text).text
    assert not person.service.http.cookies


async def test_the_secret_of_another_sollicitation_opens_nothing(person: Person) -> None:
    other = await write(person.service)
    assert (await person.open(lien=other.jeton)).status_code == 403
    person.service.http.cookies.set(f"suivi_{person.numero}", other.jeton)
    assert "La facture est rejetée" not in (await person.get()).text


async def test_a_cookie_that_proves_nothing_any_more_is_taken_back(person: Person) -> None:
    person.service.http.cookies.set(f"suivi_{person.numero}", "x" * 43)
    response = await person.get()
    taken_back = response.headers["set-cookie"]
    assert taken_back.startswith(f'suivi_{person.numero}="";') and "Max-Age=0" in taken_back


async def test_guessing_is_slowed_down_even_with_cookies(database_url: str, rasa: RasaStub) -> None:
    settings = make_settings(database_url, rasa_url=rasa.url, follow_up_failures_per_minute=3)
    async with started(settings) as service:
        person = await write(service)
        for index in range(3):
            service.http.cookies.set(f"suivi_{person.numero}", f"{index}" * 43)
            assert "Suivre ma demande" in (await person.get()).text
        response = await person.open()
        assert response.status_code == 429, "even the right one must wait now"
        assert int(response.headers["retry-after"]) > 0
        api = await service.http.get(
            f"/api/v1{person.path.replace('suivi', 'sollicitations')}", headers={"Authorization": "Bearer x"}
        )
        assert api.status_code == 429, "the same count for the API"


async def test_who_holds_the_link_is_never_slowed_down(database_url: str, rasa: RasaStub) -> None:
    settings = make_settings(database_url, rasa_url=rasa.url, follow_up_failures_per_minute=1)
    async with started(settings) as service:
        person = await write(service)
        await person.open()
        assert {(await person.get()).status_code for _ in range(10)} == {200}


async def test_the_secret_is_in_no_log_no_address_and_no_page(person: Person) -> None:
    await person.open()
    pages = [await person.get(), await person.send("complement", "Voici.", follow_redirects=True)]
    await person.open(lien="y" * 43)
    await person.service.http.get(f"/suivi/{person.numero}?jeton={person.jeton}", headers=HTML)
    assert person.jeton not in person.service.log
    assert all(person.jeton not in page.text and person.jeton not in str(page.url) for page in pages)
    assert {page.headers["referrer-policy"] for page in pages} == {"no-referrer"}
    assert {page.headers["cache-control"] for page in pages} == {"no-store"}


async def test_the_page_can_be_closed(person: Person) -> None:
    await person.open()
    response = await person.send("fermer", follow_redirects=True)
    assert "Suivre ma demande" in response.text
    assert "La facture est rejetée" not in (await person.get()).text


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize("action", ["complement", "cloture", "fermer"])
async def test_a_form_of_another_site_does_nothing(person: Person, site: str, action: str) -> None:
    await person.open()
    response = await person.send(action, "Forgé.", headers={"Sec-Fetch-Site": site})
    assert response.status_code == 403
    assert len((await person.row()).evenements) == 1
    assert f"Ma demande {person.numero}" in Page((await person.get()).text).text


async def test_another_site_cannot_make_a_browser_open_a_sollicitation(person: Person) -> None:
    sent = {"numero": person.numero, "lien": person.jeton}
    response = await person.service.http.post("/suivi", data=sent, headers=HTML | {"Sec-Fetch-Site": "cross-site"})
    assert response.status_code == 403
    assert not person.service.http.cookies


# --- what it shows ----------------------------------------------------------------------------------------------------


async def test_it_shows_the_state_the_timeline_what_was_written_and_when_the_desk_answers(person: Person) -> None:
    response = await person.open()
    page = Page(response.text)
    for words in (
        "Où elle en est : reçue, pas encore prise en charge",
        "Vous avez écrit cette demande.",
        "L'équipe qui gère Choriste lit les demandes du lundi au vendredi",
        "Choriste ne peut pas vous dire quand l'AIFE ou votre client public répondra.",
        "Pièce manquante",
        "732 829 320 00074",
        "compta@exemple.fr",
    ):
        assert words in page.text, words
    assert "Le motif est &lt;b&gt;vide&lt;/b&gt;." in response.text
    assert page.values["coller-titre"] == "Facture rejetée par le client – facture F-12"
    assert page.values["texte"].startswith("Objet : Facture rejetée par le client – facture F-12")
    assert page.actions == [f"{person.path}/complement", f"{person.path}/cloture", f"{person.path}/fermer"]
    assert all("src" in script for script in page.scripts)


async def test_answers_of_the_desk_are_shown_and_its_notes_never(person: Person) -> None:
    await person.desk("take")
    await person.desk("add_note", texte="Ne pas dire que le client est en faute.")
    await person.desk("propose_solution", texte="Ajoutez le PV, puis <renvoyez>.\nVoir https://exemple.fr/aide")
    response = await person.open()
    page = Page(response.text)
    assert "L'équipe vous répond." in page.text
    assert "puis &lt;renvoyez&gt;." in response.text
    assert "https://exemple.fr/aide" in page.links
    for hidden in ("Ne pas dire", "Camille"):
        assert hidden not in response.text
    assert f"{person.path}/renvoi" in page.actions


# --- what the person does ---------------------------------------------------------------------------------------------


async def test_a_complement_with_its_file_is_recorded_and_told(person: Person) -> None:
    await person.desk("take")
    await person.desk("ask_complement", texte="Quel PV ?", pieces=["motif"])
    page = Page((await person.open()).text)
    assert "Ce qui manque : Motif affiché." in page.text
    response = await person.send("complement", "Le voici.\nMerci.", PDF, follow_redirects=True)
    page = Page(response.text)
    assert response.url.path == person.path
    assert "Votre complément est enregistré." in page.text
    row = await person.row()
    assert row.etat == Etat.COMPLEMENT_RECU
    [piece] = await attachments.list_pieces(sessions=person.service.app.state.context.services.sessions, sollicitation_id=row.id)
    assert f"{person.path}/pieces/{piece.id}" in page.links
    assert len(on_disk(person.service)) == 1


async def test_files_alone_are_a_complement(person: Person) -> None:
    await person.open()
    await person.send("complement", "", PDF)
    assert [event.type for event in (await person.row()).evenements] == ["soumission", "piece_jointe", "complement"]


async def test_the_answer_does_not_suit(person: Person) -> None:
    await person.desk("take")
    await person.desk("propose_solution", texte="Ajoutez le PV.")
    await person.open()
    empty = await person.send("renvoi", "   ")
    assert empty.status_code == 422
    assert "Écrivez un texte." in Page(empty.text).text
    page = Page((await person.send("renvoi", "Il est déjà joint.", follow_redirects=True)).text)
    assert "Votre demande est renvoyée à l'équipe" in page.text
    assert (await person.row()).etat == Etat.RENVOYEE


async def test_the_person_closes_it_and_nothing_more_can_be_done(person: Person, services: Services) -> None:
    await person.open()
    page = Page((await person.send("cloture", "", follow_redirects=True)).text)
    assert "Votre demande est close." in page.text
    assert services.knowledge.motifs_cloture["par_la_personne"].phrase in page.text
    assert page.actions == [f"{person.path}/fermer"]
    late = await person.send("complement", "J'oubliais : le PV est joint.")
    assert late.status_code == 422
    assert "Cette sollicitation est close : elle ne change plus." in Page(late.text).text


async def test_secrets_are_masked_and_the_person_is_told_why(person: Person, services: Services) -> None:
    await person.open()
    text = ("pieces", ("notes.txt", b"IBAN FR7630006000011234567890189", "text/plain"))
    response = await person.send("complement", "Mon mot de passe est Toto2024", text, follow_redirects=True)
    page = Page(response.text)
    for kind in ("mot_de_passe", "iban"):
        assert services.knowledge.textes[f"secret_{kind}"] in page.text
    assert "Toto2024" not in response.text and "Mon mot de passe est ••••" in response.text
    assert "Toto2024" not in str([event.detail for event in (await person.row()).evenements])
    [path] = on_disk(person.service)
    assert path.read_text() == "IBAN FR••••0189"


async def test_the_address_cannot_make_the_page_say_anything(person: Person) -> None:
    await person.open()
    page = Page((await person.get("?fait=%3Cb%3Ebravo&masque=%3Cscript%3E,jeton")).text)
    assert "bravo" not in page.text and "masqué" not in page.text


async def test_a_refused_file_keeps_the_words_and_writes_nothing(person: Person) -> None:
    await person.open()
    response = await person.send("complement", "Voici le PV demandé.", ("pieces", ("pv.exe", b"MZ", "a/b")))
    assert response.status_code == 422
    page = Page(response.text)
    assert "seuls les fichiers PDF, PNG, JPEG et TXT sont acceptés. Choisissez de nouveau votre fichier." in page.text
    assert "Voici le PV demandé." in response.text
    assert page.invalid == {"complement-texte"}
    assert len((await person.row()).evenements) == 1
    assert on_disk(person.service) == []


async def test_sent_twice_it_is_done_once(person: Person) -> None:
    await person.open()
    answers = await asyncio.gather(*(person.send("complement", "Le PV est joint.", PDF) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {303}
    assert [event.type for event in (await person.row()).evenements].count("complement") == 1
    assert len(on_disk(person.service)) == 1
    for _ in range(2):
        assert (await person.send("cloture", "Merci.")).status_code == 303


async def test_when_the_page_has_closed_meanwhile_the_words_are_kept_and_taken_up_again(person: Person) -> None:
    expired = await person.send("complement", "Un long texte patiemment écrit.")
    assert expired.status_code == 403
    page = Page(expired.text)
    assert "la page de suivi s'est refermée" in page.text
    assert page.values["texte"] == "Un long texte patiemment écrit."
    again = await person.open(texte=page.values["texte"], action=page.values["action"])
    assert again.status_code == 200
    assert "Un long texte patiemment écrit." in again.text
    assert len((await person.row()).evenements) == 1, "nothing is sent before the person says so"


async def test_too_many_changes_must_wait_and_keep_the_words(database_url: str, rasa: RasaStub) -> None:
    async with started(make_settings(database_url, rasa_url=rasa.url, messages_per_minute=1)) as service:
        person = await write(service)
        await person.open()
        assert (await person.send("complement", "Un.")).status_code == 303
        response = await person.send("complement", "Deux.")
        assert response.status_code == 429
        assert "Deux." in response.text


async def test_an_unknown_action_is_no_page(person: Person) -> None:
    await person.open()
    assert (await person.send("supprimer", "x")).status_code == 422


# --- files out --------------------------------------------------------------------------------------------------------


async def test_a_file_comes_back_as_a_download_that_no_browser_runs(person: Person) -> None:
    await person.open()
    await person.send("complement", "Voici.", ("pieces", ("relevé été.txt", "Été".encode("cp1252"), "text/html")))
    [link] = {one for one in Page((await person.get()).text).links if "/pieces/" in one}
    response = await person.service.http.get(link)
    assert response.status_code == 200
    assert response.text == "Été"
    assert response.headers["content-disposition"] == "attachment; filename*=utf-8''relev%C3%A9%20%C3%A9t%C3%A9.txt"
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert response.headers["cache-control"] == "no-store"
    person.service.http.cookies.clear()
    assert (await person.service.http.get(link)).status_code == 404


async def test_a_file_of_another_sollicitation_is_not_found(person: Person) -> None:
    await person.open()
    await person.send("complement", "Voici.", PDF)
    [link] = {one for one in Page((await person.get()).text).links if "/pieces/" in one}
    other = await write(person.service)
    await other.open()
    assert (await other.service.http.get(link.replace(person.numero, other.numero))).status_code == 404
    assert (await other.service.http.get(f"{other.path}/pieces/x")).status_code == 404


async def test_a_file_whose_bytes_are_gone_is_told_and_logged(person: Person) -> None:
    await person.open()
    await person.send("complement", "Voici.", PDF)
    [link] = {one for one in Page((await person.get()).text).links if "/pieces/" in one}
    on_disk(person.service)[0].unlink()
    response = await person.service.http.get(link, headers=HTML)
    assert response.status_code == 404
    assert "Ce fichier n'est plus disponible." in Page(response.text).text
    assert "piece_missing" in person.service.log


async def test_the_whole_works_on_postgresql_too(postgresql_url: str, rasa: RasaStub) -> None:
    async with started(make_settings(postgresql_url, rasa_url=rasa.url)) as service:
        person = await write(service)
        await person.open()
        assert (await person.send("complement", "Voici.", PDF)).status_code == 303
        assert (await person.send("cloture")).status_code == 303
        assert "Votre demande est close." in (await person.get("?fait=cloture")).text
