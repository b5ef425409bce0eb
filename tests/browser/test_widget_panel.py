"""The panel of the corner on each screen, light and dark: closed, open, with a person, a file leaving, the State's colours."""

import json

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

GREETING = {"kind": "greeting", "text": "Bonjour, je suis l'assistant **automatique**."}
# Half a minute for the file of the test: time enough to look, and to stop it.
BYTES_PER_SECOND, BYTES = 20_000, 600_000


def slow_upload(page):
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    conditions = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": BYTES_PER_SECOND}
    session.send("Network.emulateNetworkConditions", conditions)


@pytest.fixture
def open_panel(open_host_page, chat_of, screen):
    """Opens somebody's page with messages that the test wants; the panel is opened by its button."""

    def _open(*messages, relais=None):
        page = open_host_page(**screen)
        full = [{"id": f"m{number}", "sender": "bot", "buttons": [], "sources": []} | one for number, one in enumerate(messages)]
        page.route(
            "**/api/v1/conversations", lambda route: route.fulfill(status=201, json={"id": "c", "token": "t", "messages": full})
        )
        page.route("**/conversations/c", lambda route: route.fulfill(json={"messages": full, "relais": relais}))
        return page, chat_of(page)

    return _open


def test_closed_and_open_it_has_its_look(open_panel, sound):
    page, chat = open_panel(GREETING)
    launcher = page.get_by_role("button", name="Besoin d'aide ?")
    expect(launcher).to_be_in_viewport(ratio=1)
    sound(page, "ferme")
    launcher.click()
    chat.ready()
    sound(page, "ouvert")


def test_who_waited_for_a_person_finds_their_last_words_when_the_panel_opens(open_panel, sound):
    long = [{"kind": "notice", "text": "Des mots. " * 60} for _ in range(6)]
    page, chat = open_panel(
        GREETING, *long, {"sender": "agent", "kind": "message", "text": "Bonjour, ici Claire."}, relais="agent"
    )
    event = f"event: relais\ndata: {json.dumps({'relais': 'agent', 'agent': 'Claire'})}\n\n"
    page.route("**/flux**", lambda route: route.fulfill(body=event, content_type="text/event-stream"))
    page.evaluate(
        """() => localStorage.setItem(`choriste:${location.origin}/api/v1`,
             JSON.stringify({ id: "c", token: "t", votes: [], relais: "agent", at: Date.now() }))"""
    )
    page.reload()
    page.get_by_role("button", name="Besoin d'aide ?").click()
    expect(chat.root.get_by_text("Vous parlez avec Claire, du centre d'aide.")).to_be_visible()
    expect(chat.last).to_be_in_viewport(ratio=1)
    sound(page, "conseiller")


def test_while_a_file_leaves_its_progress_is_seen_and_told_and_may_be_stopped(open_panel, sound):
    page, chat = open_panel(GREETING)
    page.get_by_role("button", name="Besoin d'aide ?").click()
    chat.ready()
    page.get_by_role("button", name="Plus d'actions").click()
    page.get_by_role("button", name="Contrôler une facture").click()
    # One place to write at a time.
    expect(chat.box).to_be_hidden()
    name = "facture-2026-0042-de-la-mairie-de-villeneuve-d-ascq.pdf"
    chat.root.get_by_label("Votre facture").set_input_files({"name": name, "mimeType": "application/pdf", "buffer": b"x" * BYTES})
    expect(chat.root.get_by_text(name)).to_be_visible()
    go = chat.root.get_by_role("button", name="Contrôler", exact=True)
    slow_upload(page)
    go.click()
    bar = chat.root.get_by_role("progressbar", name="Envoi du fichier")
    page.wait_for_function("node => node.value > 0 && node.value < 1", arg=bar.element_handle())
    expect(go).to_be_in_viewport(ratio=1)
    sound(page, "envoi-du-fichier")
    chat.root.get_by_role("button", name="Annuler").click()
    expect(chat.root.get_by_text("Le contrôle est annulé.")).to_be_visible()
    chat.root.get_by_role("button", name="Annuler").click()
    expect(chat.box).to_be_focused()


def test_in_the_states_colours_all_is_square_and_can_be_read(open_panel, sound):
    messages = [GREETING] + [
        {"kind": kind, "text": "Un **texte**, [un lien](/sollicitation).", "buttons": [{"id": "b", "title": "Un choix"}]}
        for kind in ("answer", "unknown", "recap", "done", "error")
    ]
    page, chat = open_panel(*messages)
    page.locator("choriste-widget").evaluate("node => node.setAttribute('theme', 'etat')")
    page.get_by_role("button", name="Besoin d'aide ?").click()
    chat.ready()
    assert chat.send.evaluate("node => getComputedStyle(node).borderRadius") == "0px"
    assert chat.send.evaluate("node => getComputedStyle(node).backgroundColor") == "rgb(0, 0, 145)"
    sound(page, "etat")


# 1280 × 1024 zoomed at 200 % and at 400 % (WCAG 1.4.10).
@pytest.mark.parametrize("zoomed", [(640, 512), (320, 256)], ids=["200", "400"])
def test_zoomed_it_never_scrolls_sideways_and_all_can_be_reached(open_host_page, chat_of, zoomed):
    width, height = zoomed
    page = open_host_page(viewport={"width": width, "height": height})
    page.get_by_role("button", name="Besoin d'aide ?").click()
    chat = chat_of(page).ready()
    for tool in (None, "Contrôler une facture"):
        if tool:
            page.get_by_role("button", name="Plus d'actions").click()
            page.get_by_role("button", name=tool).click()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert chat.log.evaluate("node => node.scrollWidth <= node.clientWidth")
        # The field of the file fills its whole place, which may be taller than so low a screen.
        for button in chat.root.locator("button:visible").all():
            button.scroll_into_view_if_needed()
            expect(button).to_be_in_viewport(ratio=1)
