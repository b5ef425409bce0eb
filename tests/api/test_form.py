"""The plain form: needs no JavaScript, loses nothing that was typed, writes once, takes files."""

import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select, text

from actions.base import Services
from assistant.sollicitations.enums import Origine
from assistant.sollicitations.models import PieceJointe, Sollicitation
from tests.support import files
from tests.support.http import Service, make_settings, started
from tests.support.pages import Page
from tests.support.rasa_stub import RasaStub

GOOD = {
    "categorie": "facture_suspendue",
    "siret": "732 829 320 00074",
    "numero_facture": "F-12",
    "motif": "Pièce\nmanquante",
    "statut": "suspendue",
    "description": "La facture est suspendue.\nElle date de lundi.",
    "contact": "compta@exemple.fr",
}
HTML = {"Accept": "text/html"}
PDF = ("pieces", ("facture.pdf", files.pdf(), "application/pdf"))


async def submit(service: Service, *sent: tuple[str, Any], **changes: str) -> httpx.Response:
    data = {**GOOD, "etape": "demande", **changes}
    return await service.http.post("/sollicitation", data=data, files=[*sent] or None, headers=HTML)


async def step(service: Service, etape: str, **values: str) -> Page:
    response = await service.http.post("/sollicitation", data={"etape": etape, **values}, headers=HTML)
    assert response.status_code == 200, response.text
    return Page(response.text)


async def rows(service: Service) -> list[Sollicitation]:
    async with service.app.state.context.services.sessions() as session:
        return list(await session.scalars(select(Sollicitation)))


async def pieces(service: Service) -> list[PieceJointe]:
    async with service.app.state.context.services.sessions() as session:
        return list(await session.scalars(select(PieceJointe)))


def on_disk(service: Service) -> list[Path]:
    return [path for path in (service.settings.data_dir / "pieces").rglob("*") if path.is_file()]


def number(response: httpx.Response) -> str:
    assert response.status_code == 200, response.text
    [found] = set(re.findall(r'class="number">(CHO-\d{4}-\d{6})<', response.text))
    return found


# --- the first step -------------------------------------------------------------------------------------------------


async def test_the_first_step_offers_every_category_and_a_new_key_each_time(service: Service, services: Services) -> None:
    first, second = [Page((await service.http.get("/sollicitation")).text) for _ in range(2)]
    assert first.options == ["", *services.knowledge.categories]
    assert first.values.get("description") == "" and "categorie" not in first.values
    assert len(first.values["cle_idempotence"]) >= 16
    assert first.values["cle_idempotence"] != second.values["cle_idempotence"]
    assert (first.scripts, first.invalid) == ([], set())


async def test_the_chosen_subject_asks_what_it_needs_and_nothing_else(service: Service, services: Services) -> None:
    for categorie in services.knowledge.categories.values():
        page = await step(service, "sujet", categorie=categorie.id)
        asked = {cle for cle in page.values if cle in services.knowledge.besoins}
        assert asked == set(categorie.besoins) - {"description", "contact"}, categorie.id
        assert page.values["categorie"] == categorie.id
        assert {cle: value for cle, value in page.values.items() if cle in asked and value} == categorie.deduits


async def test_who_it_is_for_and_why_is_told_before_anything_is_written(service: Service, services: Services) -> None:
    page = await step(service, "sujet", categorie="facture_rejetee")
    assert "À qui elle s'adresse : votre client public" in page.text
    found = services.knowledge.categories["facture_rejetee"]
    assert found.raison_route.split(" : ")[0] in page.text
    assert await rows(service) == []


async def test_fiches_that_may_already_solve_it_are_shown_with_their_answer_and_source(
    service: Service, services: Services
) -> None:
    page = await step(service, "sujet", categorie="autre", description="j'ai oublié mon mot de passe, comment faire pour entrer")
    fiche = services.knowledge.fiches["compte-mot-de-passe-oublie"]
    assert fiche.titre in page.text
    assert fiche.sources[0].url in page.links
    assert "**" not in page.text


async def test_the_subject_is_guessed_from_the_words_when_none_was_chosen(service: Service) -> None:
    page = await step(service, "sujet", description="Ma facture est suspendue depuis lundi.")
    assert page.values["categorie"] == "facture_suspendue"
    assert "Sujet retenu d'après vos mots : « Facture suspendue »." in page.text
    assert page.values["description"] == "Ma facture est suspendue depuis lundi."


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "Choisissez un sujet, ou décrivez le problème."),
        ({"description": "Bonjour à tous."}, "Choisissez un sujet, ou décrivez le problème."),
        ({"categorie": "inventee", "description": "Bonjour."}, "Choisissez un sujet dans la liste."),
    ],
)
async def test_without_a_subject_the_first_step_is_shown_again(service: Service, values: dict[str, str], said: str) -> None:
    response = await service.http.post("/sollicitation", data={"etape": "sujet", **values}, headers=HTML)
    assert response.status_code == 422
    page = Page(response.text)
    assert said in page.text
    assert page.invalid == {"categorie"}
    assert page.values["description"] == values.get("description", "")


async def test_changing_the_subject_and_coming_back_loses_nothing(service: Service) -> None:
    first = await step(service, "changer", **GOOD, cle_idempotence="cle-de-la-page-0")
    assert first.values["categorie"] == "facture_suspendue"
    other = await step(service, "sujet", **{**first.values, "categorie": "autre"})
    assert "motif" in other.values, "carried along, though this subject does not ask for it"
    back = await step(service, "changer", **other.values)
    again = await step(service, "sujet", **{**back.values, "categorie": "facture_suspendue"})
    assert {name: again.values[name] for name in GOOD} == GOOD
    assert again.values["cle_idempotence"] == "cle-de-la-page-0"


async def test_the_enter_key_writes_and_does_not_change_the_subject(service: Service) -> None:
    assert (await step(service, "sujet", categorie="autre")).steps == ["demande", "demande", "changer"]


# --- the second step ------------------------------------------------------------------------------------------------


async def test_good_values_give_a_number_a_secret_link_and_a_text_to_copy(service: Service, services: Services) -> None:
    key = (await step(service, "sujet", categorie="facture_suspendue")).values["cle_idempotence"]
    response = await submit(service, cle_idempotence=key)
    given = number(response)
    [row] = await rows(service)
    assert (row.numero, row.origine, row.siret, row.cle_idempotence) == (given, Origine.FORMULAIRE, "73282932000074", key)
    assert row.description == GOOD["description"]
    assert row.donnees == {"motif": "Pièce\nmanquante", "statut": "Suspendue"}
    page = Page(response.text)
    assert page.values["texte"].startswith(f"Objet : {services.knowledge.categories['facture_suspendue'].titre} – facture F-12")
    assert "Motif affiché : Pièce manquante" in page.values["texte"]
    assert page.values["texte"].rstrip().endswith("La facture est suspendue.\nElle date de lundi.")
    assert page.values["coller-titre"] == "Facture suspendue – facture F-12"
    assert "Ce libellé est celui de Choriste." in page.text
    assert "Choriste ne peut pas la déposer à votre place." in page.text
    assert "L'équipe qui gère Choriste lit les demandes du lundi au vendredi" in page.text
    assert all("src" in script for script in page.scripts)
    link = page.values["lien-suivi"]
    assert re.fullmatch(rf"http://choriste\.test/suivi/{given}#[\w-]{{43}}", link)
    assert link.partition("#")[2] not in service.log


async def test_the_page_that_says_it_opens_the_follow_up_at_once(service: Service) -> None:
    given = number(await submit(service))
    [cookie] = [one for one in service.http.cookies.jar if one.name == f"suivi_{given}"]
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert cookie.get_nonstandard_attr("SameSite") == "strict"
    page = await service.http.get(f"/suivi/{given}", headers=HTML)
    assert f"Ma demande {given}" in Page(page.text).text


async def test_what_the_subject_does_not_ask_is_not_written(service: Service) -> None:
    number(await submit(service, categorie="autre"))
    [row] = await rows(service)
    assert (row.donnees, row.siret, row.numero_facture) == ({}, "73282932000074", None)


async def test_the_same_key_twice_gives_the_same_number(service: Service) -> None:
    first, again = (
        await submit(service, cle_idempotence="cle-de-la-page-1"),
        await submit(service, cle_idempotence="cle-de-la-page-1"),
    )
    assert number(first) == number(again)
    assert len(await rows(service)) == 1
    # The answer that the person sees is the last one: its link is the one that opens.
    token = Page(again.text).values["lien-suivi"].partition("#")[2]
    opened = await service.http.get(f"/api/v1/sollicitations/{number(again)}", headers={"Authorization": f"Bearer {token}"})
    assert opened.status_code == 200


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
        ("siret", "73282932000075", "Ce SIRET n'est pas valable : sa clé de contrôle est fausse."),
        ("numero_facture", "F-" + "1" * 30, "Un numéro de facture a 20 caractères au plus"),
        ("siret_destinataire", "123", "Un SIRET a 14 chiffres"),
        ("date", "31/02/2026", "Le 31/02/2026 n'existe pas."),
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
    expected = GOOD | {field: value}
    assert {name: page.values[name] for name in expected} == expected
    assert await rows(service) == []


async def test_all_that_is_wrong_is_told_at_once(service: Service) -> None:
    sent = {"etape": "demande", "categorie": "facture_suspendue", "siret": "1", "date": "31/02/2026"}
    response = await service.http.post("/sollicitation", data=sent, headers=HTML)
    assert response.status_code == 422
    assert Page(response.text).invalid == {"siret", "date", "description", "contact"}


@pytest.mark.parametrize("categorie", ["", "inventee"])
async def test_without_a_known_subject_the_first_step_comes_back_with_everything(service: Service, categorie: str) -> None:
    response = await submit(service, categorie=categorie)
    assert response.status_code == 422
    page = Page(response.text)
    kept = {name: page.values[name] for name in GOOD if name != "categorie"}
    assert kept == {name: value for name, value in GOOD.items() if name != "categorie"}


async def test_what_was_typed_cannot_become_part_of_the_page(service: Service) -> None:
    evil = '"><script>alert(1)</script></textarea>{{7*7}}'
    response = await submit(service, numero_facture=evil, description=evil, contact=evil, statut=evil, code_service=evil)
    assert response.status_code == 422
    assert "<script>alert" not in response.text
    assert "49" not in Page(response.text).text
    page = Page(response.text)
    assert (page.values["numero_facture"], page.values["description"], page.values["code_service"]) == (evil, evil, evil)
    good = await submit(service, description=evil + " bonjour à tous", motif=evil)
    assert "<script>alert" not in good.text
    assert Page(good.text).values["texte"].rstrip().endswith(evil + " bonjour à tous")


async def test_secrets_are_not_stored_and_the_person_is_told_why(service: Service, services: Services) -> None:
    response = await submit(
        service,
        description="Je n'entre plus, mon mot de passe est Toto2024, voilà.",
        motif="Virement sur FR76 3000 6000 0112 3456 7890 189",
    )
    [row] = await rows(service)
    assert row.description == "Je n'entre plus, mon mot de passe est ••••, voilà."
    assert row.donnees["motif"] == "Virement sur FR••••0189"
    page = Page(response.text)
    for kind in ("mot_de_passe", "iban"):
        assert services.knowledge.textes[f"secret_{kind}"] in page.text
    assert services.knowledge.textes["secret_carte"] not in page.text
    assert "Toto2024" not in response.text


@pytest.mark.parametrize("key", ["", "court", "x" * 500, "a\x00b-et-la-suite", "é" * 20])
async def test_a_key_that_is_none_is_replaced(service: Service, key: str) -> None:
    number(await submit(service, cle_idempotence=key))
    [row] = await rows(service)
    assert row.cle_idempotence is not None
    assert re.fullmatch(r"[\w-]{16,128}", row.cle_idempotence, re.ASCII)


# --- files ----------------------------------------------------------------------------------------------------------


async def test_files_are_taken_named_and_kept(service: Service) -> None:
    response = await submit(service, PDF, ("pieces", ("écran.png", files.png(), "text/html")))
    number(response)
    assert "Fichiers joints : facture.pdf, écran.png" in Page(response.text).text
    assert {(piece.nom, piece.type_mime) for piece in await pieces(service)} == {
        ("facture.pdf", "application/pdf"),
        ("écran.png", "image/png"),
    }
    assert len(on_disk(service)) == 2


async def test_an_empty_file_field_is_no_file(service: Service) -> None:
    number(await submit(service, ("pieces", ("", b"", "application/octet-stream"))))
    assert await pieces(service) == []


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (("virus.exe", b"MZ"), "seuls les fichiers PDF, PNG, JPEG et TXT sont acceptés"),
        (("facture.pdf", b"MZ\x90\x00\x00"), "son contenu n'est ni un PDF"),
        (("facture.pdf", files.archive_behind(files.pdf())), "autre chose que ce qu'il montre"),
        (("a" * 60 + ".pdf", files.pdf()), "50 au plus"),
        (("vide.txt", b""), "le fichier est vide"),
    ],
    ids=["program", "program as pdf", "polyglot", "long name", "empty"],
)
async def test_a_hostile_file_is_refused_nothing_is_written_and_what_was_typed_stays(
    service: Service, sent: tuple[str, bytes], said: str
) -> None:
    response = await submit(service, PDF, ("pieces", sent), cle_idempotence="cle-de-la-page-4")
    assert response.status_code == 422
    page = Page(response.text)
    assert said in page.text
    assert page.invalid == {"pieces"}
    assert {name: page.values[name] for name in GOOD} == GOOD
    assert (await rows(service), await pieces(service), on_disk(service)) == ([], [], [])
    number(await submit(service, PDF, cle_idempotence="cle-de-la-page-4"))
    assert len(await pieces(service)) == 1


async def test_more_than_five_files_are_refused(service: Service) -> None:
    response = await submit(service, *(("pieces", (f"{index}.pdf", files.pdf(), "application/pdf")) for index in range(6)))
    assert response.status_code == 422
    assert "Vous avez choisi 6 fichiers ; 5 au plus" in Page(response.text).text
    assert on_disk(service) == []


async def test_when_another_field_is_wrong_the_person_is_told_to_choose_the_files_again(service: Service) -> None:
    response = await submit(service, PDF, contact="compta")
    assert response.status_code == 422
    assert "Choisissez de nouveau vos fichiers : ils n'ont pas été gardés." in Page(response.text).text
    assert on_disk(service) == []


async def test_a_form_sent_twice_with_its_file_writes_both_once(service: Service) -> None:
    for _ in range(2):
        number(await submit(service, PDF, cle_idempotence="cle-de-la-page-5"))
    assert (len(await rows(service)), len(await pieces(service)), len(on_disk(service))) == (1, 1, 1)


async def test_a_form_that_is_too_big_is_told_in_french(service: Service) -> None:
    response = await submit(service, *(("pieces", (f"{index}.pdf", b"x" * (11 * 1024 * 1024), "a/b")) for index in range(5)))
    assert response.status_code == 413
    assert "joignez moins de fichiers" in Page(response.text).text
    assert on_disk(service) == []


async def test_when_the_files_cannot_be_recorded_none_stays_and_sending_again_mends_it(service: Service) -> None:
    async with service.app.state.context.services.sessions() as session, session.begin():
        await session.execute(text("ALTER TABLE piece_jointe RENAME TO ailleurs"))
    broken = await submit(service, PDF, cle_idempotence="cle-de-la-page-6")
    assert broken.status_code == 500
    async with service.app.state.context.services.sessions() as session, session.begin():
        await session.execute(text("ALTER TABLE ailleurs RENAME TO piece_jointe"))
    number(await submit(service, PDF, cle_idempotence="cle-de-la-page-6"))
    assert (len(await rows(service)), len(await pieces(service))) == (1, 1)


# --- the person's own open sollicitation ------------------------------------------------------------------------------


async def test_an_open_one_on_the_same_subject_is_shown_to_who_proved_it_and_to_nobody_else(service: Service) -> None:
    given = number(await submit(service))
    mine = await step(service, "sujet", categorie="facture_suspendue")
    assert f"Vous avez déjà une demande sur ce sujet, {given} (reçue, pas encore prise en charge)." in mine.text
    assert given not in (await step(service, "sujet", categorie="connexion")).text
    service.http.cookies.clear()
    stranger = await step(service, "sujet", categorie="facture_suspendue", contact=GOOD["contact"], siret=GOOD["siret"])
    assert given not in stranger.text


async def test_a_forged_cookie_shows_nothing(service: Service) -> None:
    given = number(await submit(service))
    service.http.cookies.clear()
    service.http.cookies.set(f"suivi_{given}", "x" * 43)
    assert given not in (await step(service, "sujet", categorie="facture_suspendue")).text


async def test_forged_cookies_are_counted_as_wrong_links(database_url: str, rasa: RasaStub) -> None:
    settings = make_settings(database_url, rasa_url=rasa.url, follow_up_failures_per_minute=2)
    async with started(settings) as service:
        given = number(await submit(service))
        assert given in (await step(service, "sujet", categorie="facture_suspendue")).text
        for index in range(5):
            service.http.cookies.set(f"suivi_CHO-2026-00090{index}", "x" * 43)
        await step(service, "sujet", categorie="facture_suspendue")
        assert (await service.http.get(f"/suivi/{given}", headers=HTML)).status_code == 429


# --- limits and incidents ---------------------------------------------------------------------------------------------


async def test_too_many_forms_must_wait_and_nothing_typed_is_lost(database_url: str, rasa: RasaStub) -> None:
    async with started(make_settings(database_url, rasa_url=rasa.url, conversations_per_minute=1)) as service:
        number(await submit(service))
        response = await submit(service, PDF)
        assert response.status_code == 429
        assert response.headers["content-type"].startswith("text/html")
        page = Page(response.text)
        assert re.search(r"Trop de demandes à la suite\. Attendez \d+ secondes\.", page.text)
        assert {name: page.values[name] for name in GOOD} == GOOD
        assert int(response.headers["retry-after"]) > 0
        assert on_disk(service) == []


async def test_an_incident_is_a_page_with_a_reference(service: Service) -> None:
    async with service.app.state.context.services.sessions() as session, session.begin():
        await session.execute(text("DROP TABLE sollicitation_event"))
    response = await submit(service)
    assert response.status_code == 500
    [reference] = set(re.findall(r"[A-Z2-9]{4}-[A-Z2-9]{4}", Page(response.text).text))
    assert reference in service.log
    assert "sqlite" not in response.text.lower()


async def test_triage_is_computed_for_what_the_form_wrote(service: Service) -> None:
    number(await submit(service))
    async with service.app.state.context.services.sessions() as session:
        assert (await session.execute(text("SELECT count(*) FROM triage"))).scalar() == 1


async def test_the_form_works_on_postgresql_too(postgresql_url: str, rasa: RasaStub) -> None:
    async with started(make_settings(postgresql_url, rasa_url=rasa.url)) as service:
        # Tests on PostgreSQL share one folder.
        before = len(on_disk(service))
        number(await submit(service, PDF, cle_idempotence="x" * 500))
        number(await submit(service, cle_idempotence="a\x00b-et-la-suite", description="Une phrase avec \x00 dedans."))
        assert len(on_disk(service)) == before + 1
