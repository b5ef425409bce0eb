"""On paper: the whole conversation and nothing that waits for a press."""

import io
import re

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

pytestmark = pytest.mark.browser

LONG = "\n\n".join("Une phrase qui explique. " * 12 for _ in range(6)) + "\n\nLe dernier mot."


def test_the_page_of_the_assistant_prints_each_message_from_first_to_last(open_page, chat_of):
    texts = [f"Message numéro {number:03d}." for number in range(80)]
    messages = [
        {"id": f"m{number}", "sender": "user" if number % 2 else "bot", "kind": "message" if number % 2 else "answer"}
        | {"text": text, "buttons": [{"id": "b", "title": "Un choix à faire"}], "sources": []}
        for number, text in enumerate([*texts, LONG])
    ]
    page = open_page(None, color_scheme="dark")
    page.route(
        "**/api/v1/conversations", lambda route: route.fulfill(status=201, json={"id": "c", "token": "t", "messages": messages})
    )
    page.goto("/assistant")
    chat = chat_of(page).ready()
    expect(chat.last.get_by_text("Le dernier mot.")).to_be_hidden()
    pages = [re.sub(r"\s+", " ", one.extract_text()) for one in PdfReader(io.BytesIO(page.pdf())).pages]
    paper = " ".join(pages)
    assert len(pages) > 1
    assert [text for text in texts if text not in paper] == []
    assert "Le dernier mot." in paper, "what is folded on the screen too"
    for button in ("Envoyer", "Un choix à faire", "Plus d'actions", "Voir plus"):
        assert button not in paper
