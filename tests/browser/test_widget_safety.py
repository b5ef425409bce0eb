"""Nothing typed or answered becomes code, nothing leaves for another host, secrets do not stay on the screen."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

QUESTION = "ma facture est suspendue que dois je faire"
HOSTILE = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script> <b>gras</b> & **étoiles**'


def test_html_typed_by_the_person_is_shown_as_text(open_chat):
    chat = open_chat()
    chat.ask(HOSTILE)
    expect(chat.said.last).to_contain_text(HOSTILE)
    chat.page.reload()
    expect(chat.ready().said.last).to_contain_text(HOSTILE)
    expect(chat.log.locator("img, script, b")).to_have_count(0)
    assert chat.page.evaluate("window.pwned") is None


def test_only_the_markdown_subset_of_an_answer_becomes_elements(open_canned_chat, service_url):
    text = (
        f"{HOSTILE}\n[piège](javascript:window.pwned=1) [ailleurs](//autre.example/) [données](data:text/html,x)\n\n"
        "1. un\n2. **deux**\n\n- [interne](/sollicitation)\n- [externe](https://exemple.fr/a_(b)?c=1)\nSuite : https://exemple.fr/page."
    )
    source = {"titre": "<i>titre</i>", "url": "javascript:window.pwned=1", "date": "non datée"}
    chat = open_canned_chat({"kind": "answer", "text": text, "sources": [source]})

    expect(chat.log.locator("img, script, b, i")).to_have_count(0)
    expect(chat.log).to_contain_text("[piège](javascript:window.pwned=1)")
    expect(chat.log).to_contain_text("<i>titre</i> (non datée)")
    expect(chat.log.locator("strong")).to_have_text(["étoiles", "deux"])
    expect(chat.log.locator("ol > li")).to_have_text(["un", "deux"])
    links = chat.log.get_by_role("link").evaluate_all("nodes => nodes.map((node) => [node.href, node.target, node.rel])")
    assert links == [
        [f"{service_url}/sollicitation", "", ""],
        ["https://exemple.fr/a_(b)?c=1", "_blank", "noopener noreferrer"],
        ["https://exemple.fr/page", "_blank", "noopener noreferrer"],
    ]
    assert chat.page.evaluate("window.pwned") is None


def test_no_request_leaves_for_another_host_and_the_csp_is_kept(open_page, chat_of, watch):
    page = open_page(None)
    seen = watch(page)
    response = page.goto("/")
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    chat = chat_of(page).ready()
    chat.ask(QUESTION)
    chat.box.fill("une ligne\n" * 40)
    reports = page.evaluate("window.cspReports")
    page.reload()
    chat.ready()
    reports += page.evaluate("window.cspReports")
    page.goto("/sollicitation")
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_role("alert")).to_be_visible()
    reports += page.evaluate("window.cspReports")

    assert reports == []
    assert seen == {"foreign": [], "console": [], "errors": []}


def test_a_password_does_not_stay_on_the_screen(open_chat):
    chat = open_chat()
    chat.ask("je n'arrive pas à me connecter, mon mot de passe : Azerty!2345")
    expect(chat.log).to_contain_text("J'ai masqué")
    expect(chat.log).not_to_contain_text("Azerty!2345")
