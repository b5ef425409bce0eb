"""« Où en est ma facture ? », turn by turn, through the webhook, over the demonstration set."""

from typing import Any

import pytest

from tests.support.http import Service
from tests.support.trackers import action_call, button_call, slots_set

LABEL = "**Données de démonstration**"
ONE = {"key": "demo-00020001400017-2026-0147", "numero": "2026-0147", "statut": "SUSPENDUE"}


async def only(service: Service, call: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The one thing said, and the slots set."""
    answer = await service.action(call)
    [said] = answer["responses"]
    assert said["text"].startswith(LABEL)
    return said, slots_set(answer)


async def test_an_invoice_named_by_its_number_is_looked_up_and_is_then_in_question(service: Service) -> None:
    call = action_call(
        "action_suivre_facture",
        "où en est la facture 2026-0147",
        intent="suivre_facture",
        entities={"numero_facture": "2026-0147"},
        ranking=[("suivre_facture", 0.97)],
    )
    said, slots = await only(service, call)
    assert "**Suspendue** depuis le" in said["text"]
    assert (said["custom"]["kind"], said["custom"]["confidence"]) == ("answer", 0.97)
    assert [step["code"] for step in said["custom"]["timeline"]["etapes"]] == ["DEPOSEE", "MISE_A_DISPOSITION", "SUSPENDUE"]
    assert slots == {
        "incomprehensions": 0.0,
        "sujet_courant": f"facture:{ONE['key']}",
        "facture_courante": ONE,
        "numero_facture": "2026-0147",
    }


async def test_why_is_answered_for_the_invoice_in_question(service: Service) -> None:
    call = action_call(
        "action_motif_facture",
        "pourquoi a-t-elle été suspendue",
        intent="motif_facture",
        slots={"facture_courante": ONE, "numero_facture": "2026-0147"},
    )
    said, _ = await only(service, call)
    assert "« Il manque le bon de livraison signé du 18. Merci de le joindre. »" in said["text"]


async def test_a_number_said_since_wins_over_the_invoice_in_question(service: Service) -> None:
    slots = {"facture_courante": ONE, "numero_facture": "F-2026-031"}
    said, set_slots = await only(service, action_call("action_motif_facture", "pourquoi ?", intent="motif_facture", slots=slots))
    assert "la seconde porte n'a pas été commandée" in said["text"]
    assert set_slots["facture_courante"]["numero"] == "F-2026-031"


async def test_a_number_in_the_message_wins_over_everything_remembered(service: Service) -> None:
    call = action_call(
        "action_motif_facture",
        "pourquoi la facture 2026-0112 est à recycler",
        entities={"numero_facture": "2026-0112"},
        slots={"facture_courante": ONE, "numero_facture": "F-2026-031"},
    )
    said, _ = await only(service, call)
    assert "Numéro d'engagement inconnu" in said["text"]


@pytest.mark.parametrize("action", ["action_suivre_facture", "action_motif_facture", "action_delai_facture"])
async def test_without_an_invoice_its_number_is_asked(service: Service, action: str) -> None:
    said, slots = await only(service, action_call(action, "où en est-elle ?"))
    assert (said["custom"]["kind"], "De quelle facture parlez-vous" in said["text"]) == ("question", True)
    assert "facture_courante" not in slots


async def test_a_number_of_several_invoices_is_a_choice_and_its_button_answers(service: Service) -> None:
    call = action_call("action_delai_facture", "la facture FA-204 sera payée quand", entities={"numero_facture": "FA-204"})
    said, slots = await only(service, call)
    assert said["custom"]["kind"] == "choices" and len(said["buttons"]) == 2
    assert "facture_courante" not in slots
    chosen, slots = await only(service, button_call("action_delai_facture", said["buttons"][1]["payload"]))
    assert "Facture FA-204" in chosen["text"] and "60 jours (entreprise publique)" in chosen["text"]
    assert slots["facture_courante"]["key"].startswith("demo-00020002200010")


async def test_an_unknown_invoice_is_admitted(service: Service) -> None:
    call = action_call("action_suivre_facture", "où en est la facture ZZ-9999", entities={"numero_facture": "ZZ-9999"})
    said, slots = await only(service, call)
    assert said["custom"]["kind"] == "unknown"
    assert "facture_courante" not in slots


async def test_invoices_of_a_status_are_listed(service: Service) -> None:
    call = action_call("action_lister_factures", "mes factures suspendues", entities={"statut": "SUSPENDUE"})
    said, _ = await only(service, call)
    assert "**2 factures** à l'état « Suspendue »" in said["text"]
    assert all(button["payload"].startswith("/suivre_facture{") for button in said["buttons"])


async def test_without_a_status_those_that_wait_for_the_supplier_are_listed(service: Service) -> None:
    said, _ = await only(service, button_call("action_lister_factures", "/lister_factures"))
    assert "qui attendent une action de vous" in said["text"]
    assert "2026-0112" in said["text"] and "2026-0151" not in said["text"]


async def test_what_a_client_demands_is_answered_by_the_siret_of_the_message(service: Service) -> None:
    text = "le client exige-t-il un code service ? 21000001400014"
    said, _ = await only(service, action_call("action_exigences_client", text, entities={"siret": "21000001400014"}))
    assert "Ce client exige un **code service**" in said["text"]


async def test_the_siret_remembered_is_not_taken_for_the_client_s(service: Service) -> None:
    slots = {"siret": "21000001400014"}
    said, _ = await only(service, action_call("action_exigences_client", "il exige un code service ?", slots=slots))
    assert said["custom"]["kind"] == "question"


async def test_a_flux_is_followed(service: Service) -> None:
    number = "CPP0000000000000000000001"
    said, _ = await only(
        service, action_call("action_suivre_flux", f"mon flux {number} est-il passé", entities={"numero_flux": number})
    )
    assert "**Flux intégré**" in said["text"]
    asked, _ = await only(service, action_call("action_suivre_flux", "mon flux est-il passé ?"))
    assert asked["custom"]["kind"] == "question"
