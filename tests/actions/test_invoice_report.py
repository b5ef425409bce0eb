"""A report in the conversation: verdict first, points by gravity, buttons that lead on; the file's words cannot dress it up."""

import json

from actions.invoice_report import MAX_POINTS, report_reply
from assistant.conversations.schemas import Reply
from assistant.knowledge.load import Knowledge
from tests.support.http import Service
from tests.support.reports import finding, read, report
from tests.support.trackers import action_call, button_call, slots_set


def payload(reply: Reply, title: str) -> tuple[str, dict[str, str]]:
    [found] = [button.payload for button in reply.buttons if button.title == title]
    intent, brace, rest = found.partition("{")
    return intent, json.loads(brace + rest)


def test_the_verdict_comes_first_then_the_blocking_points(knowledge: Knowledge) -> None:
    text = report_reply(knowledge, report(finding("conseil", title="Un conseil"), finding(title="Un blocage"))).text
    assert text.startswith("**Refus probable**, pour « facture.pdf » (PDF simple). Un point bloquant.")
    assert text.index("**Bloquant.** Un blocage") < text.index("**Conseil.** Un conseil")
    assert "n'est pas conservée" in text


def test_many_points_are_cut_and_counted(knowledge: Knowledge) -> None:
    text = report_reply(knowledge, report(*(finding(title=f"Point {number}") for number in range(MAX_POINTS + 3)))).text
    assert text.count("**Bloquant.**") == MAX_POINTS
    assert "3 autres points sont dans le rapport." in text


def test_what_was_not_read_is_said(knowledge: Knowledge) -> None:
    text = report_reply(
        knowledge, report(verdict="a_verifier", unread=["Ce PDF est une image : son texte n'a pas pu être lu."])
    ).text
    assert "pas pu lire ou contrôler" in text and "Ce PDF est une image" in text


def test_buttons_lead_to_the_remedy_and_to_a_filled_sollicitation(knowledge: Knowledge) -> None:
    reply = report_reply(knowledge, report(finding("a_verifier", anomaly="ANO-15"), finding()))
    assert payload(reply, "Comment corriger ?") == ("/fiche", {"sujet": "anomalie:ANO-16"})
    intent, given = payload(reply, "Préparer une sollicitation")
    assert intent == "/preparer_sollicitation"
    assert given["sujet"] == "categorie:depot_facture_erreur"
    assert given["numero_facture"] == "F-12"
    assert given["valeur"].startswith("message_erreur=Numéro de facture trop long : ")


def test_a_missing_code_service_is_asked_of_the_client(knowledge: Knowledge) -> None:
    reply = report_reply(knowledge, report(finding(anomaly="ANO-05", title="Code service absent")))
    assert payload(reply, "Préparer une sollicitation")[1]["sujet"] == "categorie:code_service_ou_engagement_manquant"


def test_a_good_invoice_has_no_buttons(knowledge: Knowledge) -> None:
    assert report_reply(knowledge, report(finding("conseil"), verdict="acceptable", summary="Rien à signaler.")).buttons == []


def test_a_lot_names_its_invoices_and_no_number_when_there_are_several(knowledge: Knowledge) -> None:
    members = [report(finding(), name="a.pdf"), report(name="b.pdf", verdict="acceptable", fields=[read("numero", "F-13")])]
    reply = report_reply(knowledge, report(fields=[], members=members, name="lot.zip"))
    assert "- « a.pdf » : Refus probable\n- « b.pdf » : Aucun motif de refus trouvé" in reply.text
    assert "numero_facture" not in payload(reply, "Préparer une sollicitation")[1]


def test_words_of_the_file_stay_words(knowledge: Knowledge) -> None:
    evil = finding(found="**Gagné** [cliquez](https://piege.example/) https://piege.example/")
    text = report_reply(knowledge, report(evil, name="**a** [b](https://piege.example/).pdf")).text
    assert "](" not in text and "https://piege" not in text and "**a**" not in text and "**Gagné**" not in text


def test_a_full_iban_does_not_go_into_the_button(knowledge: Knowledge) -> None:
    reply = report_reply(knowledge, report(finding(found="L'IBAN FR7630006000011234567890189 est faux.")))
    assert "FR7630006000011234567890189" not in payload(reply, "Préparer une sollicitation")[1]["valeur"]


async def test_the_action_says_where_to_drop_the_invoice_and_that_it_is_not_kept(service: Service) -> None:
    answer = await service.action(action_call("action_verifier_facture", "vérifier ma facture", intent="verifier_facture"))
    [said] = answer["responses"]
    assert "(/verifier)" in said["text"] and "n'est pas conservée" in said["text"]
    assert said["custom"]["kind"] == "answer"


async def test_the_button_fills_the_draft_with_number_and_message(service: Service, knowledge: Knowledge) -> None:
    found = next(b.payload for b in report_reply(knowledge, report(finding())).buttons if b.title == "Préparer une sollicitation")
    slots = slots_set(await service.action(button_call("action_preparer_sollicitation", found)))
    assert slots["sol_categorie"] == "depot_facture_erreur"
    assert slots["sol_numero_facture"] == "F-12"
    assert slots["sol_donnees"]["message_erreur"].startswith("Numéro de facture trop long")
