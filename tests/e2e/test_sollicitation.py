"""A sollicitation drafted in the chat: checks, interruptions, corrections, confirmation; and the way without chat."""

import re
import sqlite3
from typing import Any

import httpx
import pytest

from tests.e2e.conftest import Talk
from tests.live import LiveChoriste

pytestmark = pytest.mark.live

SIRET = "73282932000074"


def draft_until_recap(talk: Talk, description: str = "La facture est suspendue, le PV demandé est pourtant joint.") -> None:
    talk.say("prépare-moi un ticket, ma facture est suspendue")
    assert "votre client public" in talk.text(), "the addressee and the reason are told before anything is written"
    talk.say(SIRET)
    talk.say("2026-118")
    talk.say("Pièce justificative manquante")
    talk.say(description)
    talk.press("Je n'ai rien à ajouter")
    talk.say("compta@exemple.fr")
    assert talk.kinds() == ["recap"]


def rows(live: LiveChoriste, sql: str, *parameters: Any) -> list[Any]:
    with sqlite3.connect(live.data_dir / "choriste.db") as connection:
        return connection.execute(sql, parameters).fetchall()


def test_a_draft_asks_only_for_what_is_missing_is_corrected_confirmed_and_numbered(
    talk: Talk, live_choriste: LiveChoriste, live_service_url: str
) -> None:
    talk.say("prépare-moi un ticket, ma facture 2026-118 est suspendue")
    assert talk.kinds() == ["notice", "notice", "question"]
    assert "J'ai déjà noté : **Numéro de facture** : 2026-118" in talk.text()
    assert any("Suspendue" in button["title"] or "suspen" in button["title"].lower() for button in talk.last[1]["buttons"])
    talk.say("732 829 320 00075")
    assert "clé de contrôle" in talk.text(), "a wrong SIRET is refused with the reason"
    assert "SIRET" in talk.last[-1]["text"]
    talk.say("732 829 320 00074")
    assert "Quel motif" in talk.text(), "the invoice number was said already"
    talk.say("Erreur dans le numéro d'engagement")
    talk.say("La facture est suspendue depuis trois semaines.")
    assert "Si vous les avez, donnez aussi en un seul message" in talk.text()
    talk.say("siret du client 356 000 000 00048, depuis le 3 novembre")
    talk.say("pas une adresse")
    assert "adresse électronique" in talk.text()
    talk.say("c'est compta@exemple.fr")
    assert talk.kinds() == ["recap"]
    for expected in (
        "732 829 320 00074",
        "2026-118",
        "Erreur dans le numéro d'engagement",
        "356 000 000 00048",
        "depuis le 3 novembre",
        "depuis trois semaines",
        "compta@exemple.fr",
        "Rien n'est encore enregistré",
    ):
        assert expected in talk.text()
    assert rows(live_choriste, "SELECT count(*) FROM sollicitation WHERE conversation_id = ?", talk.id) == [(0,)]

    talk.press("Modifier")
    talk.press("La description")
    talk.say("La facture est suspendue, mais le PV demandé est joint depuis le dépôt.")
    assert talk.kinds() == ["recap"]
    assert "joint depuis le dépôt" in talk.text()
    assert "trois semaines" not in talk.text()

    talk.press("Oui")
    assert talk.kinds() == ["done"]
    numero = re.search(r"CHO-\d{4}-\d{6}", talk.text())
    assert numero
    assert "SIRET de ma structure : 732 829 320 00074" in talk.text(), "the text is ready to copy"
    stored = rows(
        live_choriste, "SELECT numero, siret, numero_facture, route, etat FROM sollicitation WHERE conversation_id = ?", talk.id
    )
    assert stored == [(numero.group(), SIRET, "2026-118", "organisme_public", "soumise")]
    assert rows(
        live_choriste,
        "SELECT e.type FROM sollicitation_event e JOIN sollicitation s ON s.id = e.sollicitation_id WHERE s.numero = ?",
        numero.group(),
    ) == [("soumission",)]

    link = re.search(rf"\(/suivi/{numero.group()}#([\w-]{{43}})\)", talk.text())
    assert link, "the secret follow-up link is given"
    secret = link.group(1)
    followed = httpx.get(
        f"{live_service_url}/api/v1/sollicitations/{numero.group()}", headers={"Authorization": f"Bearer {secret}"}, timeout=30
    )
    assert followed.json()["etat"] == "soumise"
    assert all(secret not in message["text"] for message in talk.history())
    files = [path.read_bytes() for path in live_choriste.data_dir.rglob("*") if path.is_file()]
    assert not any(secret.encode() in content for content in files), "no database, no log holds it, Rasa's neither"


def test_an_open_one_on_the_same_subject_is_told_before_another_is_written(talk: Talk) -> None:
    draft_until_recap(talk)
    talk.press("Oui")
    numero = re.search(r"CHO-\d{4}-\d{6}", talk.text())
    assert numero
    talk.say("prépare-moi un ticket, ma facture est suspendue")
    assert f"Vous avez déjà une demande sur ce sujet : **{numero.group()}**" in talk.text()


def test_i_have_none_is_always_possible(talk: Talk, live_choriste: LiveChoriste) -> None:
    talk.say("prépare-moi un ticket, ma facture est rejetée")
    talk.press("Je ne l'ai pas")
    talk.say("je ne l'ai pas")
    talk.say("je ne sais pas")
    talk.say("La facture est rejetée et personne ne me dit pourquoi.")
    talk.say("rien à ajouter")
    talk.say("compta@exemple.fr")
    assert talk.kinds() == ["recap"]
    talk.press("Oui")
    assert rows(live_choriste, "SELECT siret, numero_facture FROM sollicitation WHERE conversation_id = ?", talk.id) == [
        (None, None)
    ]


def test_a_question_in_the_middle_is_answered_and_the_draft_goes_on(talk: Talk) -> None:
    talk.say("prépare-moi un ticket, ma facture est suspendue")
    talk.say("c'est quoi un code service ?")
    assert talk.kinds() == ["answer", "question"]
    assert "SIRET" in talk.last[-1]["text"], "the same question is asked again"
    talk.say(SIRET)
    assert "numéro de la facture" in talk.text()
    talk.say("F-12")
    talk.say("où est-ce que je vois le motif ?")
    assert talk.kinds()[-1] == "question"
    assert "Quel motif" in talk.last[-1]["text"]


def test_cancelling_writes_nothing_and_the_draft_can_be_resumed(talk: Talk, live_choriste: LiveChoriste) -> None:
    talk.say("prépare-moi un ticket, ma facture est suspendue")
    talk.say(SIRET)
    talk.say("annuler")
    assert "rien n'a été enregistré" in talk.text()
    talk.say("mdp oublié")
    assert talk.kinds() == ["answer"], "the form does not hold the person back"
    talk.say("je reprends")
    assert "numéro de la facture" in talk.last[-1]["text"], "what was given is still known"
    assert rows(live_choriste, "SELECT count(*) FROM sollicitation WHERE conversation_id = ?", talk.id) == [(0,)]


def test_saying_no_at_the_recap_asks_what_to_change(talk: Talk) -> None:
    draft_until_recap(talk)
    talk.say("non")
    assert "modifier" in talk.text()
    talk.press("Non, annuler")
    assert "rien n'a été enregistré" in talk.text()


def test_a_correction_may_be_said_in_words_with_its_new_value(talk: Talk) -> None:
    draft_until_recap(talk)
    talk.say("je me suis trompé, je veux changer le numéro de facture")
    talk.say("F-77")
    assert talk.kinds() == ["recap"]
    assert "F-77" in talk.text()


def test_secrets_in_a_description_are_masked_everywhere(talk: Talk, live_choriste: LiveChoriste) -> None:
    draft_until_recap(talk, "Suspendue. Mon IBAN est FR76 3000 6000 0112 3456 7890 189 et mon mot de passe : Toto!1234")
    talk.say("oui")
    assert talk.kinds() == ["done"]
    everything = "\n".join(message["text"] for message in talk.history())
    stored = rows(live_choriste, "SELECT description FROM sollicitation WHERE conversation_id = ?", talk.id)[0][0]
    files = [path.read_bytes() for path in live_choriste.data_dir.iterdir() if path.is_file()]
    for secret in ("3000 6000", "30006000", "Toto!1234"):
        assert secret not in everything
        assert secret not in stored
        assert not any(secret.encode() in content for content in files), f"{secret} is in a file of the data directory"


def test_the_api_writes_the_same_sollicitation_without_chat(live_service_url: str) -> None:
    body = {
        "categorie": "facture_suspendue",
        "siret": "732 829 320 00074",
        "numero_facture": "2026-9",
        "description": "La pièce demandée est jointe, la facture reste suspendue.",
        "contact": "compta@exemple.fr",
    }
    http = httpx.Client(base_url=live_service_url, timeout=30)
    created = http.post("/api/v1/sollicitations", json=body, headers={"Idempotency-Key": "essai-e2e-0001"})
    again = http.post("/api/v1/sollicitations", json=body, headers={"Idempotency-Key": "essai-e2e-0001"})
    assert created.status_code == 201, created.text
    assert re.fullmatch(r"CHO-\d{4}-\d{6}", created.json()["numero"])
    assert created.json()["siret"] == SIRET
    assert created.json()["route"] == "organisme_public"
    assert again.json()["numero"] == created.json()["numero"]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("siret", "12345678901234", "clé de contrôle"),
        ("siret", "123", "14 chiffres"),
        ("numero_facture", "X" * 21, "20 caractères"),
        ("description", "court", "Décrivez"),
        ("contact", "pas-une-adresse", "n'est pas valable"),
        ("categorie", "nexiste_pas", "Catégories connues"),
    ],
)
def test_bad_values_are_refused_with_a_french_reason(live_service_url: str, field: str, value: str, words: str) -> None:
    body = {
        "categorie": "facture_suspendue",
        "description": "Une description assez longue.",
        "contact": "a@exemple.fr",
        field: value,
    }
    response = httpx.post(f"{live_service_url}/api/v1/sollicitations", json=body, timeout=30)
    assert response.status_code == 422
    assert response.headers["content-type"].startswith("application/problem+json")
    assert words in response.json()["detail"]
