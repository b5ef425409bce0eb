"""Operator mode from end to end: the service as it starts, Chorus Pro's stand-in over a socket, the chat's own actions.

The demonstration's words never show here, and nothing of a structure that is not the operator's.
"""

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio

from tests.standin_piste.server import running_standin
from tests.standin_piste.world import Fault, World
from tests.support.http import Service, make_settings, started
from tests.support.operator import CODE, operator_settings
from tests.support.paths import ROOT
from tests.support.rasa_stub import RasaStub
from tests.support.trackers import action_call, button_call, slots_set

OWN_FLUX, PARTLY, REJECTED, FOREIGN_FLUX = (f"CPP001111700000000030016{end}" for end in "3568")
STRANGER = "00030001200010"


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[str, World]]:
    world = World()
    with running_standin(world) as url:
        yield url, world


@pytest.fixture
def world(running: tuple[str, World]) -> World:
    running[1].__dict__.update(World().__dict__)
    return running[1]


@pytest_asyncio.fixture
async def operator(
    database_url: str, rasa: RasaStub, remembered_vectors: None, running: tuple[str, World], world: World
) -> AsyncIterator[Service]:
    settings = make_settings(
        database_url, rasa_url=rasa.url, **operator_settings(running[0], world), piste_timeout_seconds=1, piste_attempts=2
    )
    async with started(settings) as service:
        yield service


async def told(service: Service, call: dict[str, Any]) -> dict[str, Any]:
    """The one thing said."""
    [said] = (await service.action(call))["responses"]
    assert "Données de démonstration" not in said["text"]
    found: dict[str, Any] = said
    return found


def follow(number: str, action: str = "action_suivre_facture") -> dict[str, Any]:
    return action_call(action, f"où en est la facture {number}", entities={"numero_facture": number})


# --- the lock -------------------------------------------------------------------------------------------------------


async def test_nobody_talks_or_looks_up_without_the_access_code(operator: Service) -> None:
    assert (await operator.http.post("/api/v1/conversations")).status_code == 401
    for path in ("/", "/suivi-facture"):
        assert (await operator.http.get(path, headers={"Accept": "text/html"})).headers["location"].startswith("/acces")
    given = await operator.http.post("/api/v1/acces", json={"code": CODE})
    opened = await operator.http.post("/api/v1/conversations", headers={"X-Choriste-Acces": given.json()["jeton"]})
    assert opened.status_code == 201


async def test_the_actions_answer_rasa_only(operator: Service) -> None:
    refused = await operator.http.post("/rasa/webhook", json=follow("2026-0147"))
    assert refused.status_code == 403 and "Bon de livraison" not in refused.text


@pytest.mark.parametrize(
    ("absent", "sentence"),
    [
        ("access_code_hash", "le service refuse de démarrer"),
        ("operator_sirets", "CHORISTE_OPERATOR_SIRETS"),
        ("cpro_password", "CHORISTE_CPRO_PASSWORD"),
    ],
)
def test_the_service_does_not_start_without_its_lock_its_list_or_its_account(
    running: tuple[str, World], database_url: str, absent: str, sentence: str
) -> None:
    given = {name: value for name, value in operator_settings(*running).items() if name != absent}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CHORISTE_")}
    environment |= {f"CHORISTE_{name.upper()}": value for name, value in given.items()}
    environment |= {"CHORISTE_DATABASE_URL": database_url, "CHORISTE_ENVIRONMENT": "test"}
    command = [sys.executable, "-m", "uvicorn", "--factory", "api.app:create_app", "--port", "0"]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode != 0
    assert sentence in ended.stdout + ended.stderr
    assert "Uvicorn running" not in ended.stderr


# --- one's own invoices ---------------------------------------------------------------------------------------------


async def test_where_an_invoice_stands_then_why_then_when_then_what_next(operator: Service) -> None:
    answer = await operator.action(follow("2026-0147"))
    [said] = answer["responses"]
    assert "**Facture 2026-0147** pour Département de démonstration" in said["text"]
    assert "**Suspendue** depuis le 30/09/2026" in said["text"] and "« Bon de livraison manquant »" in said["text"]
    slots = slots_set(answer)
    assert slots["sujet_courant"] == "facture:700001"
    why = action_call("action_motif_facture", "pourquoi a-t-elle été rejetée", intent="motif_facture", slots=slots)
    assert "« Bon de livraison manquant »" in (await told(operator, why))["text"]
    when = action_call("action_repondre_fiche", "quand serai-je payé ?", fiche="paiement-delai-legal", slots=slots)
    assert "interrompu depuis le 30/09/2026" in (await told(operator, when))["text"]
    after = action_call("action_continuer_sujet", "et maintenant ?", intent="suite_combien_de_temps", slots=slots)
    assert "**Qui doit agir ?** Vous." in (await told(operator, after))["text"]


async def test_my_suspended_invoices_are_mine_only(operator: Service, world: World) -> None:
    call = action_call("action_lister_factures", "mes factures suspendues", entities={"statut": "SUSPENDUE"})
    said = await told(operator, call)
    assert "**2 factures** à l'état « Suspendue »" in said["text"] and "2026-0147" in said["text"]
    assert "TIERS-900" not in str(said)
    assert any(path.endswith("rechercher/fournisseur") for path in world.journal)


@pytest.mark.parametrize("action", ["action_suivre_facture", "action_motif_facture", "action_delai_facture"])
async def test_the_invoice_of_another_is_as_if_it_did_not_exist(operator: Service, action: str) -> None:
    by_number = await told(operator, follow("TIERS-900", action))
    assert by_number["custom"]["kind"] == "unknown"
    by_key = await told(operator, button_call(action, f'/{action.removeprefix("action_")}{{"facture": "700003"}}'))
    as_subject = await told(
        operator,
        action_call("action_continuer_sujet", "pourquoi ?", intent="suite_pourquoi", slots={"sujet_courant": "facture:700003"}),
    )
    for said in (by_number, by_key, as_subject):
        assert not [words for words in ("confidentiel", "Société d'un tiers", "8 400", STRANGER) if words in str(said)]


# --- clients and fluxes ---------------------------------------------------------------------------------------------


async def test_what_a_public_client_demands(operator: Service) -> None:
    siret = "21000002200017"
    call = action_call("action_exigences_client", f"le client exige-t-il un code service ? {siret}", entities={"siret": siret})
    text = (await told(operator, call))["text"]
    assert "Ce client exige un **code service**" in text and "VOIRIE" in text
    assert "certains services exigent l'engagement à eux seuls : VOIRIE" in text
    assert "ANCIEN" not in text and "FACTURES_PUBLIQUES" not in text


@pytest.mark.parametrize("siret", [STRANGER, "21000006300011"])
async def test_a_structure_that_is_private_or_of_no_told_nature_is_not_shown(operator: Service, siret: str) -> None:
    call = action_call("action_exigences_client", f"le client {siret} exige-t-il un code service", entities={"siret": siret})
    said = await told(operator, call)
    assert said["custom"]["kind"] == "unknown"
    assert "tiers" not in said["text"] and "sans paramètres" not in said["text"]


async def test_my_flux_is_told_with_its_state_and_its_errors(operator: Service) -> None:
    call = action_call("action_suivre_flux", f"mon flux {OWN_FLUX} est-il passé ?", entities={"numero_flux": OWN_FLUX})
    assert "**Flux intégré**" in (await told(operator, call))["text"]
    partly = action_call("action_suivre_flux", f"mon flux {PARTLY} ?", entities={"numero_flux": PARTLY})
    assert "identifiant fournisseur non référencé" in (await told(operator, partly))["text"]


@pytest.mark.parametrize("number", [FOREIGN_FLUX, REJECTED, "CPP0011117000000000300999"])
async def test_a_flux_of_another_of_nobody_known_and_an_unknown_one_are_answered_alike(operator: Service, number: str) -> None:
    said = await told(operator, action_call("action_suivre_flux", f"mon flux {number} ?", entities={"numero_flux": number}))
    assert said["custom"]["kind"] == "unknown"
    assert said["text"].startswith(f"Je ne trouve pas le flux « {number} » parmi ceux que je peux montrer.")
    assert "demo.xml" not in said["text"] and "IRRECEVABILITE" not in said["text"]


# --- what goes wrong ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("PANNE-503", "Chorus Pro ne répond pas pour l'instant"),
        ("PANNE-COUPURE", "Chorus Pro ne répond pas pour l'instant"),
        ("PANNE-LENT", "Chorus Pro met trop de temps à répondre"),
        ("PANNE-429", "Trop de consultations ont été faites"),
        ("PANNE-METIER", "n'a pas pu donner cette information"),
        ("ZZ-404", "Je ne trouve pas de facture « ZZ-404 »"),
    ],
)
async def test_each_failure_has_its_honest_sentence_and_a_way_on(operator: Service, number: str, words: str) -> None:
    said = await told(operator, follow(number))
    assert words in said["text"] and said["buttons"]
    assert said["custom"]["kind"] == ("unknown" if number.startswith("ZZ") else "error")


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault("status", status=403, times=9), "refuse cette consultation au compte technique"),
        (Fault("status", path="/api/oauth/token", status=400, times=9), "L'accès de ce service à Chorus Pro est refusé"),
        (Fault("not_json", times=9), "quelque chose que je ne sais pas lire"),
        (
            Fault("business", path="consulter/fournisseur", times=9),
            "Elle lui est inconnue, ou le compte consulté n'y a pas droit",
        ),
    ],
)
async def test_a_refusal_is_told_apart_from_a_breakdown(operator: Service, world: World, fault: Fault, words: str) -> None:
    world.faults.append(fault)
    said = await told(operator, follow("2026-0147"))
    assert said["custom"]["kind"] == "error" and words in said["text"]
    secrets = [str(value) for value in (*world.data["compte"].values(), *world.data["application"].values())]
    assert not [secret for secret in secrets if secret in operator.log or secret in said["text"]]
