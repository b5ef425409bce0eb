"""An invoice handed in for real: dropped on the conversation, read by the service, its report shown."""

import base64
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import expect

from tests.support.invoices.corpus import corpus

pytestmark = pytest.mark.browser

NAME = "wrong-totals/facture.pdf"
EXPECTED = Path(__file__).parent.parent / "data" / "invoices" / "expected.yml"
DROP = """(panel, content) => {
  const bytes = Uint8Array.from(atob(content), (sign) => sign.charCodeAt(0));
  const carried = new DataTransfer();
  carried.items.add(new File([bytes], "facture.pdf", { type: "application/pdf" }));
  for (const type of ["dragover", "drop"]) {
    panel.dispatchEvent(new DragEvent(type, { dataTransfer: carried, bubbles: true, cancelable: true, composed: true }));
  }
}"""


def test_a_pdf_dropped_on_the_conversation_is_read_and_its_report_shown(open_chat):
    chat = open_chat()
    chat.root.evaluate(DROP, base64.b64encode(corpus()[NAME]()).decode())
    expect(chat.root.get_by_label("Votre facture")).to_be_focused()
    expect(chat.root.get_by_text("facture.pdf")).to_be_visible()
    with chat.page.expect_response("**/api/v1/invoices/check") as answered:
        chat.root.get_by_role("button", name="Contrôler", exact=True).click()
    result = answered.value.json()
    expected = yaml.safe_load(EXPECTED.read_text(encoding="utf-8"))[NAME]
    assert (result["verdict"], sorted(finding["id"] for finding in result["findings"])) == (expected["verdict"], expected["ids"])

    chat.log.get_by_text("Le rapport en détail").click()
    report = chat.log.get_by_role("article", name="Rapport de contrôle")
    expect(report).to_contain_text("À vérifier")
    for finding in result["findings"]:
        expect(report).to_contain_text(finding["title"])
    # What the conversation says of it is there after a reload, the file is not kept.
    said = chat.messages.count()
    chat.page.reload()
    chat.ready()
    expect(chat.messages.filter(has_not_text="Rapport de contrôle")).to_have_count(said - 1)
