"""Each mention taken away alone is told alone; nothing is told of what was not read."""

from pathlib import Path

import pytest

from assistant.invoices.catalogue import load_catalogue
from assistant.invoices.schemas import Observation, Severity
from assistant.invoices.text.fields import propose
from assistant.invoices.text.mentions import check_mentions
from assistant.invoices.text.read_pdf import Pages, read_pages
from tests.support.invoices import containers
from tests.support.invoices.mutations import WORD_MUTATIONS, changed_words
from tests.support.invoices.phrases import PHRASES
from tests.support.invoices.words import words_of
from tests.support.paths import KNOWLEDGE


def mentions_of(pages: Pages) -> tuple[list[Observation], list[str], list[str]]:
    return check_mentions(pages, propose(pages, PHRASES), PHRASES)


def _ids(tmp_path: Path, lines: list[str]) -> set[str]:
    path = tmp_path / "f.pdf"
    path.write_bytes(containers.make_pdf([lines]))
    found, ran, _ = mentions_of(read_pages(path))
    assert {observation.id for observation in found} <= set(ran)
    return {observation.id for observation in found}


def test_every_mention_of_the_catalogue_is_said_to_run_when_all_was_read(tmp_path: Path) -> None:
    path = tmp_path / "f.pdf"
    path.write_bytes(containers.make_pdf([words_of()]))
    _, ran, _ = mentions_of(read_pages(path))
    assert {one for one in ran if one.startswith("MEN-")} == {
        control.id for control in load_catalogue(KNOWLEDGE / "controles") if control.id.startswith("MEN-")
    }


def test_a_complete_invoice_lacks_nothing(tmp_path: Path) -> None:
    assert _ids(tmp_path, words_of()) == set()


@pytest.mark.parametrize(("changes", "expected"), WORD_MUTATIONS)
def test_a_mention_changed_alone_is_told_alone(tmp_path: Path, changes: dict[str, str | None], expected: set[str]) -> None:
    assert _ids(tmp_path, changed_words(changes)) == expected


def test_a_page_that_was_not_read_may_hold_what_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "f.pdf"
    path.write_bytes(containers.make_pdf([["Facture n° 12"], []]))
    found, ran, unread = mentions_of(read_pages(path))
    assert found == [] and "MEN-DATE" not in ran
    assert any("Page 2" in sentence for sentence in unread)


@pytest.mark.parametrize("line", ["Consommation : 812,40 €", "BL n° 55012 du 28/10/2026", "Boissons 40,00 €"])
def test_a_number_of_something_else_is_no_mention(tmp_path: Path, line: str) -> None:
    assert {"MEN-INDEMNITE", "MEN-ADRESSE"} <= _ids(tmp_path, ["Facture n° 12", line, "Prestation"])


def test_no_mention_is_ever_blocking() -> None:
    mentions = [control for control in load_catalogue(KNOWLEDGE / "controles") if control.id.startswith("MEN-")]
    assert len(mentions) >= 18
    assert all(control.gravite is not Severity.BLOQUANT for control in mentions)
