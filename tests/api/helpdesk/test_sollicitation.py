"""One sollicitation on an agent's screen: what is shown, what is done, what is never lost."""

import html
import re

import httpx
import pytest
from sqlalchemy import select

from assistant.conversations import service as conversations
from assistant.helpdesk.enums import Champ, Decision, Role
from assistant.helpdesk.models import TriageDecision
from assistant.helpdesk.triage import service as triage
from assistant.sollicitations import lifecycle
from assistant.sollicitations.enums import Etat, Priorite
from tests.api.helpdesk.conftest import Write, read_row
from tests.support.desk import Browser, add_agent, sessions_of, signed_in, text_of
from tests.support.http import Service

SIRET = "73282932000074"


@pytest.fixture
async def browser(service: Service) -> Browser:
    """An agent's browser."""
    return await signed_in(service, await add_agent(sessions_of(service), nom="Ana Martin"))


async def _act(browser: Browser, service: Service, numero: str, geste: str, **fields: object) -> httpx.Response:
    version = (await read_row(service, numero)).version
    return await browser.post(f"/helpdesk/sollicitations/{numero}/{geste}", **{"version": version, **fields})


async def test_everything_about_it_stands_on_one_page(service: Service, write: Write, browser: Browser) -> None:
    talk = await service.open()
    await conversations.add_user_message(sessions=sessions_of(service), conversation_id=talk.id, text="ma facture est bloquée")
    numero = await write(siret=SIRET, numero_facture="2026-0042", conversation_id=talk.id)
    page = await browser.get(f"/helpdesk/sollicitations/{numero}")
    shown = text_of(page)
    for words in (
        numero,
        "à prendre",
        "Ma facture est suspendue depuis trois semaines",
        "732 829 320 00074",
        "2026-0042",
        "compta@exemple.fr",
        "Facture suspendue",
        "ma facture est bloquée",
        "Ce qui manque",
        "Sans agent",
        "a écrit cette demande",
    ):
        assert words in shown, words


async def test_what_people_wrote_is_text_and_never_markup(service: Service, write: Write, browser: Browser) -> None:
    hostile = '<script>alert(1)</script> "><img src=x onerror=alert(2)> {{ 7*7 }} </textarea>'
    numero = await write(description=f"Une demande assez longue {hostile}", numero_facture='"><b>1</b>')
    await _act(browser, service, numero, "note", texte=hostile)
    page = (await browser.get(f"/helpdesk/sollicitations/{numero}")).text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "{{ 7*7 }}" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert page.count("<textarea") == page.count("</textarea>")


async def test_a_day_of_work_from_taking_to_closing(service: Service, write: Write, browser: Browser) -> None:
    numero = await write()
    sessions, desk = sessions_of(service), service.app.state.context.services.desk
    row = await read_row(service, numero)

    answer = await _act(browser, service, numero, "prendre")
    assert answer.headers["location"] == f"/helpdesk/sollicitations/{numero}?fait=prendre"
    assert "Cette demande est à vous." in text_of(await browser.get(answer.headers["location"]))
    await _act(browser, service, numero, "complement", texte="Quel est le motif affiché ?", pieces=["motif", "pieces"])
    assert (await read_row(service, numero)).etat == Etat.COMPLEMENT_DEMANDE
    await lifecycle.add_complement(sessions=sessions, desk=desk, sollicitation_id=row.id, texte="Motif : pièce manquante.")
    await _act(browser, service, numero, "reponse", texte="Ajoutez la pièce, puis renvoyez la facture.")
    assert (await read_row(service, numero)).etat == Etat.SOLUTION_PROPOSEE
    await lifecycle.send_back(sessions=sessions, desk=desk, sollicitation_id=row.id, texte="Cela ne marche pas.")
    shown = text_of(await browser.get(f"/helpdesk/sollicitations/{numero}"))
    assert "renvoyée" in shown
    assert "Cela ne marche pas." in shown
    await _act(browser, service, numero, "reponse", texte="Essayez depuis Synthèse.")
    await _act(browser, service, numero, "clore", motif="solution_acceptee", texte="")
    closed = await read_row(service, numero)
    assert (closed.etat, closed.motif_cloture) == (Etat.CLOTUREE, "solution_acceptee")
    shown = text_of(await browser.get(f"/helpdesk/sollicitations/{numero}"))
    assert "Écrire à la personne" not in shown
    assert "Motif : Solution trouvée" in shown


async def test_a_note_is_marked_as_invisible_and_kept_apart_from_replies(
    service: Service, write: Write, browser: Browser
) -> None:
    numero = await write()
    await _act(browser, service, numero, "note", texte="Client déjà connu.")
    page = await browser.get(f"/helpdesk/sollicitations/{numero}")
    entry = re.search(r'<li class="note">.*?</li>', page.text, re.DOTALL)
    assert entry
    assert "Client déjà connu." in entry.group()
    assert "invisible pour la personne" in entry.group()


async def test_a_change_on_an_older_version_is_refused_and_what_was_typed_is_kept(
    service: Service, write: Write, browser: Browser
) -> None:
    numero = await write()
    seen = (await read_row(service, numero)).version
    other = await signed_in(service, await add_agent(sessions_of(service), nom="Bao Petit"))
    await _act(other, service, numero, "prendre")

    answer = await browser.post(f"/helpdesk/sollicitations/{numero}/reponse", version=seen, texte="Ma longue réponse.")
    assert answer.status_code == 409
    shown = text_of(answer)
    assert f"{numero} a changé entre-temps" in shown
    assert "modifiée entre-temps par Bao Petit" in shown
    assert "Ma longue réponse." in shown
    assert "Bao Petit a pris la demande" in shown
    now_seen = int(re.search(r'name="version" value="(\d+)"', answer.text)[1])  # type: ignore[index]
    assert now_seen == (await read_row(service, numero)).version


async def test_two_agents_who_take_the_same_one_get_one_yes_and_one_no(service: Service, write: Write, browser: Browser) -> None:
    numero = await write()
    other = await signed_in(service, await add_agent(sessions_of(service), nom="Bao Petit"))
    seen = (await read_row(service, numero)).version
    first = await browser.post(f"/helpdesk/sollicitations/{numero}/prendre", version=seen)
    second = await other.post(f"/helpdesk/sollicitations/{numero}/prendre", version=seen)
    assert (first.status_code, second.status_code) == (303, 409)
    assert "Ana Martin" in text_of(second)


async def test_a_refused_change_says_why_and_keeps_thetext_of(service: Service, write: Write, browser: Browser) -> None:
    numero = await write()
    empty = await _act(browser, service, numero, "reponse", texte="  ")
    assert empty.status_code == 422
    assert "Rien n'a changé. Écrivez un texte." in text_of(empty)
    long = "x" * 4001
    answer = await _act(browser, service, numero, "complement", texte=long, pieces=["motif"])
    assert "4000 caractères au plus" in text_of(answer)
    assert long in answer.text
    unknown = await _act(browser, service, numero, "clore", motif="parce_que", texte="Un mot.")
    assert "Choisissez un motif de clôture dans la liste." in text_of(unknown)
    assert "Un mot." in unknown.text


async def test_a_text_with_a_gap_left_is_not_sent(service: Service, write: Write, browser: Browser) -> None:
    numero = await write()
    answer = await _act(browser, service, numero, "reponse", texte="La facture [à compléter : numéro de facture] est suspendue.")
    assert answer.status_code == 422
    assert "Complétez d'abord le texte : [à compléter : numéro de facture]." in text_of(answer)
    assert (await read_row(service, numero)).etat == Etat.SOUMISE


async def test_a_model_is_filled_with_what_is_known_and_shows_its_gaps(service: Service, write: Write, browser: Browser) -> None:
    numero = await write(numero_facture="F-7")
    page = await browser.get(f"/helpdesk/sollicitations/{numero}?modele=facture_suspendue")
    box = re.search(r'<textarea id="texte".*?>(.*?)</textarea>', page.text, re.DOTALL)
    assert box
    text = html.unescape(box.group(1))
    assert "La facture F-7 est suspendue" in text
    assert text.rstrip().endswith("Ana Martin")
    first = re.search(r'<select id="modele".*?<option value="(\w+)"', page.text, re.DOTALL)
    assert first
    assert first.group(1) in ("vers_organisme_public", "facture_suspendue"), "models of the category come first"
    without = await browser.get(f"/helpdesk/sollicitations/{await write()}?modele=facture_suspendue")
    assert "[à compléter : numéro de facture]" in html.unescape(without.text)


async def test_one_click_asks_for_what_is_missing(service: Service, write: Write, browser: Browser) -> None:
    numero = await write()
    page = await browser.get(f"/helpdesk/sollicitations/{numero}")
    form = next(part for part in page.text.split("<form") if "demander ce qui manque" in part)
    fields = {name: html.unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form) if name != "pieces"}
    pieces = re.findall(r'name="pieces" value="(\w+)"', form)
    assert pieces
    answer = await browser.post(f"/helpdesk/sollicitations/{numero}/complement", fields.pop("csrf"), pieces=pieces, **fields)
    assert answer.status_code == 303
    row = await read_row(service, numero)
    assert row.etat == Etat.COMPLEMENT_DEMANDE
    assert row.evenements[-1].detail["pieces"] == pieces
    assert "il nous manque" in row.evenements[-1].detail["texte"]


async def test_one_click_sends_the_person_to_the_public_body(service: Service, write: Write, browser: Browser) -> None:
    numero = await write()
    page = await browser.get(f"/helpdesk/sollicitations/{numero}")
    form = next(part for part in page.text.split("<form") if "En un clic&nbsp;: adresser" in part)
    fields = {name: html.unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form)}
    assert (await browser.post(f"/helpdesk/sollicitations/{numero}/transferer", fields.pop("csrf"), **fields)).status_code == 303
    row = await read_row(service, numero)
    assert (row.route, row.etat) == ("organisme_public", Etat.SOLUTION_PROPOSEE)


async def test_category_route_and_priority_change_with_a_reason(service: Service, write: Write, browser: Browser) -> None:
    numero = await write()
    answer = await _act(
        browser,
        service,
        numero,
        "modifier",
        categorie="facture_rejetee",
        route="organisme_public",
        priorite="haute",
        raison="lu le message",
    )
    assert answer.status_code == 303
    row = await read_row(service, numero)
    assert (row.categorie, row.priorite) == ("facture_rejetee", Priorite.HAUTE)
    shown = text_of(await browser.get(f"/helpdesk/sollicitations/{numero}"))
    assert "sujet : Facture suspendue → Facture rejetée par le client" in shown
    assert "Raison : lu le message" in shown
    unchanged = await _act(browser, service, numero, "modifier", categorie="facture_rejetee", priorite="haute")
    assert "Rien ne change" in text_of(unchanged)


async def test_secrets_in_a_reply_are_masked_before_they_are_stored(service: Service, write: Write, browser: Browser) -> None:
    numero = await write()
    await _act(browser, service, numero, "reponse", texte="Votre mot de passe : Xy12!azerty est faux.")
    page = await browser.get(f"/helpdesk/sollicitations/{numero}")
    assert "Xy12!azerty" not in page.text


async def test_others_who_look_at_it_are_named_and_leave(service: Service, write: Write, browser: Browser) -> None:
    numero = await write()
    other = await signed_in(service, await add_agent(sessions_of(service), nom="Bao Petit"))
    await other.get(f"/helpdesk/sollicitations/{numero}")
    assert "Bao Petit regarde aussi cette demande." in text_of(await browser.get(f"/helpdesk/sollicitations/{numero}"))
    told = await other.post(f"/helpdesk/sollicitations/{numero}/presence")
    assert told.json() == {"autres": ["Ana Martin"], "version": 1}
    await other.post(f"/helpdesk/sollicitations/{numero}/presence", ici="0")
    again = await browser.post(f"/helpdesk/sollicitations/{numero}/presence")
    assert again.json()["autres"] == []


async def test_two_are_compared_merged_and_taken_apart_again(service: Service, write: Write, browser: Browser) -> None:
    old, new = await write(numero_facture="F-1"), await write(numero_facture="F-2", contact="autre@exemple.fr")
    page = await browser.get(f"/helpdesk/sollicitations/{new}/fusion?avec={old.lower()}")
    assert page.status_code == 200
    shown = text_of(page)
    assert "Facture différent F-2 F-1" in shown
    assert f"{old} (la plus ancienne)" in shown
    versions = {name: (await read_row(service, numero)).version for name, numero in (("version", new), ("version_avec", old))}
    nothing = await browser.post(f"/helpdesk/sollicitations/{new}/fusion", avec=old, garder="", **versions)
    assert nothing.status_code == 422
    answer = await browser.post(f"/helpdesk/sollicitations/{new}/fusion", avec=old, garder=old, **versions)
    assert answer.headers["location"] == f"/helpdesk/sollicitations/{old}?fait=fusion"
    kept = text_of(await browser.get(f"/helpdesk/sollicitations/{old}"))
    assert f"{new} est réunie à celle-ci" in kept
    merged = text_of(await browser.get(f"/helpdesk/sollicitations/{new}"))
    assert f"Cette demande est réunie avec {old}" in merged
    assert "Écrire à la personne" not in merged
    stale = await browser.post(f"/helpdesk/sollicitations/{new}/fusion", avec=old, garder=old, **versions)
    assert stale.status_code == 409
    apart = await browser.post(f"/helpdesk/sollicitations/{new}/defusion", version=(await read_row(service, new)).version)
    assert apart.headers["location"] == f"/helpdesk/sollicitations/{new}?fait=defusion"
    assert (await read_row(service, new)).fusion_dans_id is None


@pytest.mark.parametrize("avec", ["CHO-2026-999999", "rien", "\x00"])
async def test_merging_with_what_does_not_exist_is_told(service: Service, write: Write, browser: Browser, avec: str) -> None:
    numero = await write()
    page = await browser.get(f"/helpdesk/sollicitations/{numero}/fusion", params={"avec": avec})
    assert page.status_code in (404, 200)
    assert "Numéro de l'autre demande" in text_of(page)


async def test_merging_with_itself_is_refused(service: Service, write: Write, browser: Browser) -> None:
    numero = await write()
    page = await browser.get(f"/helpdesk/sollicitations/{numero}/fusion", params={"avec": numero})
    assert page.status_code == 422
    assert "Une demande ne se réunit pas avec elle-même." in text_of(page)


async def test_proposals_of_triage_are_computed_accepted_changed_and_refused(
    service: Service, write: Write, browser: Browser
) -> None:
    sessions = sessions_of(service)
    numero = await write(categorie="autre", description="Ma facture a été rejetée par la mairie et je ne comprends pas le motif.")
    path = f"/helpdesk/sollicitations/{numero}"
    assert "Aucune proposition n'est encore calculée." in text_of(await browser.get(path))
    await browser.post(f"{path}/triage", decision="recalculer", version=1)
    row = await read_row(service, numero)
    stored = await triage.get(sessions=sessions, sollicitation_id=row.id)
    assert stored is not None
    first = stored.propositions.categorie[0]
    shown = text_of(await browser.get(path))
    assert first.titre in shown
    for reason in first.raisons:
        assert " ".join(reason.split()) in shown

    answer = await browser.post(
        f"{path}/triage", champ="categorie", decision="acceptee", propose=first.valeur, version=row.version
    )
    assert answer.status_code == 303
    row = await read_row(service, numero)
    assert row.categorie == first.valeur
    priority = stored.propositions.priorite[0].valeur
    other = "urgente" if priority != "urgente" else "basse"
    await browser.post(
        f"{path}/triage", champ="priorite", decision="changee", propose=priority, retenu=other, version=row.version
    )
    assert (await read_row(service, numero)).priorite == other
    version = (await read_row(service, numero)).version
    route = stored.propositions.route[0].valeur
    await browser.post(f"{path}/triage", champ="route", decision="refusee", propose=route, version=version)
    async with sessions() as session:
        rows = list(await session.scalars(select(TriageDecision).order_by(TriageDecision.id)))
    assert [(one.champ, one.decision, one.propose, one.retenu) for one in rows] == [
        (Champ.CATEGORIE, Decision.ACCEPTEE, first.valeur, first.valeur),
        (Champ.PRIORITE, Decision.CHANGEE, priority, other),
        (Champ.ROUTE, Decision.REFUSEE, route, None),
    ]
    made_up = await browser.post(f"{path}/triage", champ="categorie", decision="acceptee", propose="inventee", version=version)
    assert made_up.status_code == 422
    stale = await browser.post(f"{path}/triage", champ="priorite", decision="acceptee", propose=priority, version=1)
    assert stale.status_code == 409


async def test_a_draft_that_is_sent_as_it_was_counts_as_accepted_and_a_changed_one_as_changed(
    service: Service, write: Write, browser: Browser
) -> None:
    sessions = sessions_of(service)
    outcomes = []
    for change in ("", " Bon courage."):
        numero = await write()
        await browser.post(f"/helpdesk/sollicitations/{numero}/triage", decision="recalculer", version=1)
        row = await read_row(service, numero)
        stored = await triage.get(sessions=sessions, sollicitation_id=row.id)
        assert stored is not None
        draft = stored.propositions.reponse[0]
        page = await browser.get(f"/helpdesk/sollicitations/{numero}?brouillon={draft.fiche}")
        assert f'name="brouillon" value="{draft.fiche}"' in page.text
        await _act(browser, service, numero, "reponse", texte=draft.texte + change, brouillon=draft.fiche)
        outcomes.append((await triage.decisions(sessions=sessions, sollicitation_id=row.id))[-1].decision)
    assert outcomes == [Decision.ACCEPTEE, Decision.CHANGEE]


async def test_what_does_not_exist_is_a_page_that_says_so(browser: Browser) -> None:
    for path in ("CHO-2026-999999", "n'importe quoi", "CHO-2026-000001/pieces/x", "%00"):
        page = await browser.get(f"/helpdesk/sollicitations/{path}")
        assert page.status_code == 404, path
        assert "Revenir aux demandes" in text_of(page)


async def test_an_unknown_gesture_is_no_change(service: Service, write: Write, browser: Browser) -> None:
    numero = await write()
    assert (await _act(browser, service, numero, "supprimer")).status_code == 404
    assert (await read_row(service, numero)).version == 1


async def test_an_agent_does_not_answer_in_the_place_of_another_but_a_supervisor_may(
    service: Service, write: Write, browser: Browser
) -> None:
    numero = await write()
    await _act(browser, service, numero, "prendre")
    other = await signed_in(service, await add_agent(sessions_of(service), nom="Bao Petit"))
    refused = await _act(other, service, numero, "reponse", texte="Je réponds à sa place.")
    assert refused.status_code == 422
    assert "Je réponds à sa place." in refused.text
    chief = await signed_in(service, await add_agent(sessions_of(service), Role.SUPERVISEUR))
    assert (await _act(chief, service, numero, "reponse", texte="Je réponds à sa place.")).status_code == 303
