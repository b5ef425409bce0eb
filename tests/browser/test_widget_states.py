"""Every look of a conversation on each screen, light and dark: axe is silent, nothing overflows, pictures are kept (var)."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

SOURCE = {"titre": "Une page", "url": "https://exemple.fr/page", "date": "2026-01-31"}
BUTTONS = [{"id": "b1", "title": "Un choix"}, {"id": "b2", "title": "Un autre choix, plus long à lire"}]
LONG = "\n\n".join(
    ["Une phrase qui explique. " * 12] * 2 + ["1. " + "Une étape. " * 10, "2. " + "Une autre. " * 10, "Et la suite. " * 30]
)
STEPS = [
    {"code": "DEPOSEE", "libelle": "Déposée", "le": "2026-01-05", "par": "Fournisseur", "commentaire": "", "marque": "passe"},
    {
        "code": "SUSPENDUE",
        "libelle": "Suspendue",
        "le": "2026-01-09",
        "par": "Service",
        "commentaire": "Il manque le bon.",
        "marque": "a_faire",
    },
]
CONVERSATION = [
    {"kind": "greeting", "text": "Bonjour, je suis l'assistant **automatique**.", "buttons": BUTTONS},
    {"sender": "user", "kind": "message", "text": "Ma facture est suspendue"},
    {"kind": "answer", "text": LONG, "sources": [SOURCE], "buttons": BUTTONS},
    {"kind": "choices", "text": "Vouliez-vous dire :", "buttons": BUTTONS},
    {"kind": "unknown", "text": "Je n'ai pas de réponse sûre."},
    {"kind": "out_of_scope", "text": "C'est hors de mon périmètre."},
    {"kind": "notice", "text": "J'ai masqué un mot de passe."},
    {"kind": "error", "text": "Un incident est survenu. Référence : AB12."},
    {
        "kind": "notice",
        "text": "Voici le parcours.",
        "timeline": {"titre": "Facture 2026-0042 (données de démonstration)", "etapes": STEPS},
    },
    {"kind": "recap", "text": "- **SIRET** : 732 829 320 00074\n- **Facture** : 2026-0042", "buttons": BUTTONS},
    {
        "kind": "done",
        "text": "Enregistrée. [la suivre](/suivi/CHO-2026-000001#secretsecretsecretsecret)\n\nTexte à copier :\n\nBonjour",
    },
    {"kind": "question", "text": "Quel est le SIRET du client ?", "saisie": "siret"},
]
REPORT = {
    "verdict": "refus_probable",
    "summary": "Cette facture serait sans doute refusée.",
    "file": {
        "name": "facture.xml",
        "size": 1200,
        "kind": "ubl",
        "sha256": "0" * 64,
        "pages": None,
        "profile": None,
        "signed": False,
    },
    "findings": [
        {
            "id": "ID-01",
            "severity": "bloquant",
            "title": "SIRET faux",
            "found": "La clé ne convient pas.",
            "where": {"xpath": "/Invoice/ID"},
            "fix": "Corrigez le SIRET.",
            "source": SOURCE,
        },
        {
            "id": "MNT-02",
            "severity": "conseil",
            "title": "Arrondi",
            "found": "Un centime d'écart.",
            "fix": "Vérifiez le total.",
            "source": SOURCE,
        },
    ],
    "fields": [{"name": "numero", "label": "Numéro", "value": "2026-0042", "words": "", "origin": "texte"}],
    "unread": ["La pièce jointe n'a pas pu être lue."],
    "checks": ["ID-01"],
    "members": [],
    "messages": [],
}


def test_each_kind_of_message_has_its_look(open_canned_chat, screen, sound):
    chat = open_canned_chat(*CONVERSATION, **screen)
    expect(chat.messages).to_have_count(len(CONVERSATION))
    expect(chat.log.get_by_role("list", name="Facture 2026-0042")).to_contain_text("05/01/2026, par Fournisseur")
    expect(chat.box).to_have_attribute("inputmode", "numeric")
    for number, article in enumerate(chat.messages.all()):
        if number % 3 == 2:
            article.evaluate("node => node.parentNode.scrollTop = node.offsetTop - 8")
            sound(chat.page, f"message-{number:02d}")


def test_a_long_answer_is_folded_and_unfolded(open_canned_chat, screen, sound):
    chat = open_canned_chat({"kind": "answer", "text": LONG}, **screen)
    end = chat.last.get_by_text("Et la suite.").first
    expect(end).to_be_hidden()
    more = chat.last.get_by_role("button", name="Voir plus")
    expect(more).to_have_attribute("aria-expanded", "false")
    more.click()
    expect(end).to_be_visible()
    expect(chat.last.get_by_role("button", name="Voir moins")).to_be_focused()
    sound(chat.page, "voir-plus")


def test_a_form_question_doubts_once_and_then_sends(open_canned_chat, screen, sound):
    chat = open_canned_chat({"kind": "question", "text": "Quel est le numéro de votre client ?", "saisie": "siret"}, **screen)
    chat.page.route("**/messages", lambda route: route.fulfill(json={"messages": [], "relais": None}))
    chat.box.fill("7328293200007")
    chat.box.press("Enter")
    expect(chat.root.get_by_text("Un SIRET a 14 chiffres ; vous en avez écrit 13.")).to_be_visible()
    expect(chat.box).to_have_attribute("aria-invalid", "true")
    sound(chat.page, "erreur-de-saisie")
    with chat.page.expect_request("**/messages") as sent:
        chat.box.press("Enter")
    assert sent.value.post_data_json == {"text": "7328293200007"}


def test_an_invoice_is_handed_in_and_its_report_is_read(open_canned_chat, screen, sound):
    chat = open_canned_chat({"kind": "greeting", "text": "Bonjour"}, **screen)
    asked = []
    chat.page.route("**/api/v1/invoices/check", lambda route: (asked.append(route.request), route.fulfill(json=REPORT))[0])
    chat.page.get_by_role("button", name="Plus d'actions").click()
    sound(chat.page, "actions")
    chat.page.get_by_role("button", name="Contrôler une facture").click()
    chat.root.get_by_label("SIRET du client public").fill("123")
    chat.root.get_by_role("button", name="Contrôler", exact=True).click()
    expect(chat.root.get_by_text("Choisissez d'abord un fichier.")).to_be_visible()
    expect(chat.root.get_by_text("Un SIRET a 14 chiffres.")).to_be_visible()
    sound(chat.page, "controle")
    chat.root.get_by_label("Votre facture").set_input_files({"name": "facture.xml", "mimeType": "text/xml", "buffer": b"<a/>"})
    chat.root.get_by_label("SIRET du client public").fill("732 829 320 00074")
    chat.root.get_by_role("button", name="Contrôler", exact=True).click()
    report = chat.log.get_by_role("article", name="Rapport de contrôle")
    expect(report).to_contain_text("Refus probable")
    expect(report).to_contain_text("La pièce jointe n'a pas pu être lue.")
    expect(chat.announcer).to_contain_text("Refus probable")
    assert 'name="siret_destinataire"\r\n\r\n73282932000074' in (asked[0].post_data_buffer or b"").decode()
    sound(chat.page, "rapport")


def test_a_vote_against_asks_for_the_reason(open_canned_chat, screen, sound):
    chat = open_canned_chat({"kind": "answer", "text": "Une réponse."}, **screen)
    votes = []
    chat.page.route("**/feedback", lambda route: (votes.append(route.request.post_data_json), route.fulfill(status=204))[0])
    chat.root.get_by_role("button", name="Non", exact=True).click()
    expect(chat.root.get_by_text("Merci de votre retour.")).to_be_focused()
    sound(chat.page, "motifs")
    chat.root.get_by_role("button", name="Imprécis").click()
    expect(chat.root.get_by_text("Merci, c'est noté.")).to_be_focused()
    assert votes == [{"useful": False}, {"useful": False, "reason": "imprecis"}]


def test_being_offline_is_said_and_mended(open_canned_chat, screen, sound):
    chat = open_canned_chat({"kind": "greeting", "text": "Bonjour"}, **screen)
    chat.page.context.set_offline(True)
    expect(chat.root.get_by_text("Vous êtes hors ligne.")).to_be_visible()
    chat.box.fill("une question")
    chat.box.press("Enter")
    expect(chat.alert).to_contain_text("Le service ne répond pas.")
    sound(chat.page, "hors-ligne")
    answer = {"id": "r1", "sender": "bot", "kind": "notice", "text": "Reçu.", "buttons": [], "sources": []}
    chat.page.route("**/messages", lambda route: route.fulfill(json={"messages": [answer], "relais": None}))
    chat.page.context.set_offline(False)
    expect(chat.log).to_contain_text("Reçu.")
    expect(chat.alert).to_be_empty()
    expect(chat.box).to_have_value("")
    expect(chat.said).to_have_count(1)
