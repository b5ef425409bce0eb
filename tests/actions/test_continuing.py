"""After a look-up, or a check before deposit, short questions go on with that invoice, whatever Rasa took them for."""

from typing import Any

import pytest

from actions.invoice_report import report_reply
from assistant.conversations import service as conversations
from assistant.conversations.schemas import Reply
from tests.support.http import Service, Talk
from tests.support.reports import finding, report
from tests.support.trackers import action_call, slots_set

KEY = "demo-00020001400017-2026-0147"
ONE = {"key": KEY, "numero": "2026-0147", "statut": "SUSPENDUE"}
LOOKED_UP = {"sujet_courant": f"facture:{KEY}", "facture_courante": ONE, "numero_facture": "2026-0147"}
REASON = "« Il manque le bon de livraison signé du 18. Merci de le joindre. »"


async def said_to(service: Service, call: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The one thing said, and the slots set."""
    answer = await service.action(call)
    [said] = answer["responses"]
    return said["text"], slots_set(answer)


# What Rasa may take each question for: a follow-up, the nearest fiche, nothing.
AS_FOLLOW_UP = [
    ("depuis quand ?", "suite_combien_de_temps", "**Suspendue** depuis le"),
    ("combien de temps ?", "suite_combien_de_temps", "estimation du délai de paiement"),
    ("et maintenant ?", "suite_combien_de_temps", "**Qui doit agir ?** Vous."),
    ("qui doit agir ?", "suite_qui", "**Qui doit agir ?** Vous."),
    ("qui s'en occupe", "suite_qui", "**Qui doit agir ?** Vous."),
    ("pourquoi ?", "suite_pourquoi", REASON),
    ("à quoi c'est dû", "suite_pourquoi", REASON),
    ("où je clique", "suite_ou", "**La suite.**"),
    ("ça ne marche pas", "suite_echec", "Vous l'avez déjà fait, sans effet ?"),
    ("je ne comprends pas", "ne_pas_comprendre", "interrompu depuis le"),
]


@pytest.mark.parametrize(("text", "intent", "words"), AS_FOLLOW_UP)
async def test_a_follow_up_after_a_look_up_is_about_that_invoice(service: Service, text: str, intent: str, words: str) -> None:
    said, slots = await said_to(service, action_call("action_continuer_sujet", text, intent=intent, slots=LOOKED_UP))
    assert "2026-0147" in said and words in said
    assert slots["sujet_courant"] == f"facture:{KEY}"


@pytest.mark.parametrize(
    ("action", "text", "words"),
    [
        ("action_repondre_fiche", "quand serai-je payé ?", "estimation du délai de paiement"),
        ("action_repondre_fiche", "quelle est la suite ?", "**Qui doit agir ?** Vous."),
        ("action_proposer_choix", "quand vais-je être payé ?", "estimation du délai de paiement"),
        ("action_proposer_choix", "je fais quoi maintenant", "**Qui doit agir ?** Vous."),
        ("action_expliquer_statut", "pourquoi est-elle suspendue ?", REASON),
        ("action_corriger", "comment corriger ?", "1. Acquittez le message d'alerte"),
    ],
)
async def test_a_plain_question_taken_for_something_else_is_about_that_invoice(
    service: Service, action: str, text: str, words: str
) -> None:
    call = action_call(action, text, fiche="paiement-delai-legal", entities={"statut": "SUSPENDUE"}, slots=LOOKED_UP)
    said, _ = await said_to(service, call)
    assert "Facture 2026-0147" in said and words in said


@pytest.mark.parametrize("sujet", [None, "statut:SUSPENDUE", "fiche:compte-creer"])
async def test_without_an_invoice_as_the_subject_the_question_keeps_its_fiche(service: Service, sujet: str | None) -> None:
    # An invoice was looked up earlier: the talk has gone on to something else since.
    slots = {**LOOKED_UP, "sujet_courant": sujet}
    call = action_call("action_repondre_fiche", "quand serai-je payé ?", fiche="paiement-delai-legal", slots=slots)
    said, set_slots = await said_to(service, call)
    assert "2026-0147" not in said and "30 jours" in said
    assert set_slots["sujet_courant"] == "fiche:paiement-delai-legal"


async def test_a_question_that_names_something_else_is_not_about_that_invoice(service: Service) -> None:
    text = "quand un sous-traitant est-il payé ?"
    call = action_call("action_repondre_fiche", text, fiche="sous-traitance-delai-paiement", slots=LOOKED_UP)
    said, slots = await said_to(service, call)
    assert "2026-0147" not in said
    assert slots["sujet_courant"] == "fiche:sous-traitance-delai-paiement"


async def test_a_follow_up_that_names_another_invoice_goes_to_that_one(service: Service) -> None:
    text = "et pourquoi la F-2026-031 ?"
    call = action_call(
        "action_continuer_sujet", text, intent="suite_pourquoi", entities={"numero_facture": "F-2026-031"}, slots=LOOKED_UP
    )
    said, slots = await said_to(service, call)
    assert "la seconde porte n'a pas été commandée" in said
    assert slots["sujet_courant"] == "facture:demo-00020001400017-F-2026-031"


async def test_an_invoice_that_is_gone_is_asked_for_again(service: Service) -> None:
    slots = {**LOOKED_UP, "sujet_courant": "facture:demo-partie"}
    said, set_slots = await said_to(
        service, action_call("action_continuer_sujet", "pourquoi ?", intent="suite_pourquoi", slots=slots)
    )
    assert "De quelle facture parlez-vous" in said
    assert "sujet_courant" not in set_slots


async def test_a_sollicitation_asked_for_after_a_look_up_knows_the_status_and_the_number(service: Service) -> None:
    answer = await service.action(action_call("action_preparer_sollicitation", "prépare-moi une sollicitation", slots=LOOKED_UP))
    assert slots_set(answer)["sol_categorie"] == "facture_suspendue"


async def test_correcting_nothing_is_asked_about(service: Service) -> None:
    answer = await service.action(action_call("action_corriger", "comment corriger ?"))
    assert answer["responses"][0]["response"] == "utter_autre_chose"


# --- after a check before deposit -----------------------------------------------------------------------------------


async def checked(service: Service, *replies: Reply) -> tuple[Talk, str]:
    """A conversation that holds a report (and what was said since), and the name by which Rasa knows it."""
    talk = await service.open()
    sessions = service.app.state.context.services.sessions
    conversation = await conversations.get_authorized(sessions=sessions, conversation_id=talk.id, token=talk.token)
    assert conversation is not None
    await conversations.add_replies(sessions=sessions, conversation_id=talk.id, replies=replies)
    return talk, conversation.rasa_sender


@pytest.fixture
def told(service: Service) -> Reply:
    knowledge = service.app.state.context.services.knowledge
    return report_reply(knowledge, report(finding("a_verifier", id="NUM-DOUBLON", title="Second"), finding()))


@pytest.mark.parametrize(
    ("action", "intent", "text"),
    [
        ("action_continuer_sujet", "suite_pourquoi", "pourquoi ?"),
        ("action_motif_facture", "motif_facture", "pourquoi serait-elle refusée"),
        ("action_proposer_choix", "nlu_fallback", "il manque quoi ?"),
    ],
)
async def test_why_after_a_check_is_about_its_gravest_point(
    service: Service, told: Reply, action: str, intent: str, text: str
) -> None:
    _, sender = await checked(service, told)
    said, slots = await said_to(service, action_call(action, text, intent=intent, sender=sender, slots=LOOKED_UP))
    assert "Le numéro « FACTURE-2026-000000000147 » a 25 caractères." in said
    assert "**Cause" in said and "2026-0147." not in said
    assert slots["sujet_courant"].startswith("controle:")


@pytest.mark.parametrize("action", ["action_repondre_fiche", "action_proposer_choix", "action_corriger"])
async def test_how_to_correct_after_a_check_is_about_its_gravest_point(service: Service, told: Reply, action: str) -> None:
    _, sender = await checked(service, told)
    call = action_call(action, "comment corriger ?", sender=sender, fiche="avoir-corriger-facture-payee")
    said, _ = await said_to(service, call)
    knowledge, controls = service.app.state.context.services.knowledge, service.app.state.context.services.controls
    assert controls.get("NUM-LONG").correction in said
    assert knowledge.anomalies[controls.get("NUM-LONG").anomalie].correction[:30] in said
    assert "faites-le vérifier de nouveau" in said


async def test_the_talk_goes_on_with_the_check_after_its_first_answer(service: Service, told: Reply) -> None:
    talk, sender = await checked(service, told)
    _, slots = await said_to(service, action_call("action_continuer_sujet", "pourquoi ?", intent="suite_pourquoi", sender=sender))
    sessions = service.app.state.context.services.sessions
    await conversations.add_replies(
        sessions=sessions, conversation_id=talk.id, replies=[told.model_copy(update={"text": "Parce que.", "buttons": []})]
    )
    call = action_call("action_corriger", "comment je corrige ça", sender=sender, slots={"sujet_courant": slots["sujet_courant"]})
    said, _ = await said_to(service, call)
    assert "**Pour corriger.**" in said


async def test_a_question_that_no_check_answers_is_not_taken_for_one(service: Service, told: Reply) -> None:
    _, sender = await checked(service, told)
    call = action_call(
        "action_repondre_fiche", "quand serai-je payé ?", fiche="paiement-delai-legal", sender=sender, slots=LOOKED_UP
    )
    said, slots = await said_to(service, call)
    assert "2026-0147" not in said and slots["sujet_courant"] == "fiche:paiement-delai-legal"


async def test_a_report_of_another_conversation_is_not_gone_on_with(service: Service, told: Reply) -> None:
    await checked(service, told)
    talk, other = await checked(service)
    assert talk.greeting
    messages = await conversations.list_messages(sessions=service.app.state.context.services.sessions, conversation_id=talk.id)
    slots = {"sujet_courant": f"controle:{messages[-1].id}"}
    said, _ = await said_to(
        service, action_call("action_continuer_sujet", "pourquoi ?", intent="suite_pourquoi", sender=other, slots=slots)
    )
    assert said.startswith("De quoi parlons-nous ?")


async def test_a_good_invoice_leaves_nothing_to_go_on_with(service: Service) -> None:
    knowledge = service.app.state.context.services.knowledge
    good = report_reply(knowledge, report(verdict="acceptable", summary="Rien à signaler."))
    _, sender = await checked(service, good)
    call = action_call("action_continuer_sujet", "pourquoi ?", intent="suite_pourquoi", sender=sender)
    said, _ = await said_to(service, call)
    assert said.startswith("De quoi parlons-nous ?")
