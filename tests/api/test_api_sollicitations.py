"""The way to a sollicitation without chat: the API."""

import asyncio
import re
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from assistant.sollicitations.enums import Origine
from assistant.sollicitations.models import Sollicitation, SollicitationEvent
from tests.support.http import Service, make_settings, started
from tests.support.rasa_stub import RasaStub

GOOD = {
    "categorie": "facture_suspendue",
    "siret": "732 829 320 00074",
    "numero_facture": "F-12",
    "description": "La facture est suspendue depuis lundi. Mon mot de passe est Toto2024.",
    "contact": "compta@exemple.fr",
}


async def post(service: Service, key: str | None = None, **changes: Any) -> httpx.Response:
    body = {name: value for name, value in {**GOOD, **changes}.items() if value is not None}
    return await service.http.post("/api/v1/sollicitations", json=body, headers={"Idempotency-Key": key} if key else {})


async def follow(service: Service, created: dict[str, Any]) -> int:
    """What the follow-up answers to the secret that was given."""
    headers = {"Authorization": f"Bearer {created['jeton_suivi']}"}
    return (await service.http.get(f"/api/v1/sollicitations/{created['numero']}", headers=headers)).status_code


async def count(service: Service, table: type[Sollicitation] | type[SollicitationEvent] = Sollicitation) -> int:
    async with service.app.state.context.services.sessions() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def test_a_good_request_is_written_and_comes_back_ready_to_paste(service: Service) -> None:
    response = await post(service)
    assert response.status_code == 201
    body = response.json()
    assert re.fullmatch(r"CHO-\d{4}-\d{6}", body["numero"])
    assert (body["etat"], body["categorie"], body["route"]) == ("soumise", "facture_suspendue", "organisme_public")
    assert (body["siret"], body["numero_facture"], body["contact"]) == ("73282932000074", "F-12", "compta@exemple.fr")
    assert body["description"] == "La facture est suspendue depuis lundi. Mon mot de passe est ••••."
    assert body["description"] in body["texte"]
    assert all(body[name] for name in ("categorie_titre", "route_raison", "ou_ecrire"))
    assert body["cree_le"].endswith("Z") or body["cree_le"].endswith("+00:00")
    async with service.app.state.context.services.sessions() as session:
        row = await session.scalar(select(Sollicitation))
    assert (row.origine, row.numero, row.description, row.conversation_id) == (
        Origine.API,
        body["numero"],
        body["description"],
        None,
    )
    assert await count(service, SollicitationEvent) == 1


async def test_the_same_key_gives_the_same_number_and_another_content_is_a_conflict(service: Service) -> None:
    first, again = await post(service, "cle-12345"), await post(service, "cle-12345")
    assert (first.status_code, again.status_code) == (201, 201)
    assert {**again.json(), "jeton_suivi": None} == {**first.json(), "jeton_suivi": None}
    # The first answer may have been lost on its way: the secret comes anew, and the one before opens nothing any more.
    statuses = [await follow(service, one.json()) for one in (first, again)]
    assert statuses == [401, 200]
    other = await post(service, "cle-12345", numero_facture="F-13")
    assert (other.status_code, other.json()["code"]) == (409, "cle_deja_utilisee")
    assert await count(service) == 1


async def test_the_same_request_sent_at_once_is_written_once(service: Service) -> None:
    answers = await asyncio.gather(*(post(service, "cle-ensemble") for _ in range(6)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["numero"] for answer in answers}) == 1
    assert await count(service) == 1


@pytest.mark.parametrize("key", ["court", "x" * 129])
async def test_a_key_that_is_too_short_or_too_long_is_refused(service: Service, key: str) -> None:
    response = await post(service, key)
    assert (response.status_code, response.json()["code"]) == (422, "demande_non_valable")
    assert await count(service) == 0


async def test_an_unknown_category_is_refused_with_the_ones_that_exist(service: Service) -> None:
    response = await post(service, categorie="autre_chose")
    assert (response.status_code, response.json()["code"]) == (422, "categorie_inconnue")
    assert "facture_suspendue" in response.json()["detail"]
    assert await count(service) == 0


@pytest.mark.parametrize(
    ("change", "champ", "said"),
    [
        ({"siret": "73282932000075"}, "siret", "clé de contrôle est fausse"),
        ({"siret": "732829320"}, "siret", "Ces 9 chiffres sont un SIREN"),
        ({"numero_facture": "F-" + "1" * 20}, "numero_facture", "20 caractères au plus"),
        ({"description": "bof"}, "description", "Décrivez le problème"),
        ({"description": "x" * 4001}, "description", "4000 caractères au plus"),
        ({"description": None}, "description", "Ce champ est obligatoire."),
        ({"contact": "compta"}, "contact", "Exemple : prenom.nom@entreprise.fr"),
        ({"categorie": None}, "categorie", "Ce champ est obligatoire."),
        ({"etat": "cloturee"}, "etat", "Ce champ n'est pas attendu."),
    ],
)
async def test_a_wrong_field_is_named_in_french_and_nothing_is_written(
    service: Service, change: dict[str, Any], champ: str, said: str
) -> None:
    response = await post(service, **change)
    assert response.status_code == 422
    [error] = response.json()["erreurs"]
    assert error["champ"] == champ
    assert said in error["message"]
    assert await count(service) == 0


async def test_nobody_can_read_a_sollicitation_with_its_number_or_an_address(service: Service) -> None:
    number = (await post(service)).json()["numero"]
    contact = GOOD["contact"]
    for path in ("/api/v1/sollicitations", f"/api/v1/sollicitations?contact={contact}"):
        assert (await service.http.get(path)).status_code == 405
    for path in (f"/api/v1/sollicitations/{number}", f"/api/v1/sollicitations/{number}?contact={contact}"):
        response = await service.http.get(path, headers={"Authorization": f"Bearer {contact}"})
        assert (response.status_code, response.json()["code"]) == (401, "suivi_refuse")


async def test_pieces_of_the_checklist_are_checked_kept_and_put_into_the_text(service: Service) -> None:
    given = {"motif": "Pièce manquante, mdp : Toto2024", "statut": "suspendu", "siret_destinataire": "356 000 000 00048"}
    response = await post(service, donnees=given)
    assert response.status_code == 201
    assert response.json()["donnees"] == {
        "motif": "Pièce manquante, mdp : ••••",
        "statut": "Suspendue",
        "siret_destinataire": "35600000000048",
    }
    assert "SIRET du destinataire : 356 000 000 00048" in response.json()["texte"]


async def test_a_wrong_piece_is_named_in_french_and_nothing_is_written(service: Service) -> None:
    response = await post(service, donnees={"siret_destinataire": "1", "invente": "x", "motif": "Bon."})
    assert response.status_code == 422
    assert [error["champ"] for error in response.json()["erreurs"]] == ["donnees.siret_destinataire", "donnees.invente"]
    assert "Un SIRET a 14 chiffres" in response.json()["detail"]
    assert await count(service) == 0


@pytest.mark.parametrize("donnees", [{"MAJUSCULES": "x"}, {"a": "x"}, {"motif": "x" * 4001}, {"motif": 3}, ["motif"]])
async def test_pieces_without_the_right_shape_are_refused(service: Service, donnees: Any) -> None:
    assert (await post(service, donnees=donnees)).status_code == 422


async def test_too_many_requests_must_wait(database_url: str, rasa: RasaStub) -> None:
    async with started(make_settings(database_url, rasa_url=rasa.url, conversations_per_minute=1)) as service:
        assert (await post(service)).status_code == 201
        response = await post(service)
        assert (response.status_code, response.json()["code"]) == (429, "trop_de_demandes")
        assert int(response.headers["retry-after"]) > 0
        assert await count(service) == 1
