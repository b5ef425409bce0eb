"""Each mention taken away alone is told alone; nothing is told of what was not read."""

from pathlib import Path

import pytest

from assistant.invoices.catalogue import load_catalogue
from assistant.invoices.schemas import Observation, Severity
from assistant.invoices.text.fields import propose
from assistant.invoices.text.mentions import check_mentions
from assistant.invoices.text.read_pdf import Pages, read_pages
from tests.support.invoices import containers
from tests.support.invoices.words import words_of
from tests.support.paths import KNOWLEDGE

MUTATIONS = [
    ("Facture n°", None, {"MEN-NUMERO"}),
    ("Date de facture", None, {"MEN-DATE"}),
    ("SIRET du fournisseur", None, {"MEN-SIRET-FOURNISSEUR"}),
    ("SIRET client", None, {"MEN-SIRET-DESTINATAIRE"}),
    ("1 rue de", None, {"MEN-ADRESSE"}),
    ("N° d'engagement", None, {"MEN-COMMANDE"}),
    ("Code service", None, {"MEN-CODE-SERVICE"}),
    ("N° TVA", None, {"MEN-TVA-INTRA"}),
    ("Total HT", None, {"MEN-TOTAL-HT"}),
    ("Total TVA 20 %", "Total TVA : 200,00 €", {"MEN-TAUX"}),
    ("Total TVA 20 %", "Total TVA 20 % : 200,00 €  Autoliquidation", {"MEN-AUTOLIQUIDATION-TVA"}),
    ("Pénalités", "Indemnité forfaitaire de recouvrement : 40 €", {"MEN-PENALITES"}),
    ("Pénalités", "Pénalités de retard : trois fois le taux légal", {"MEN-INDEMNITE"}),
    ("Désignation", "Désignation : ramettes, 10, prix unitaire HT 100,00 €, livraison du 30/10/2026", {"MEN-LIGNES"}),
    ("Désignation", "Désignation : ramettes de papier, quantité 10, prix unitaire HT 100,00 €", {"MEN-DATE-EXECUTION"}),
    ("BIC", "BIC : AGRIFRPP, TVA non applicable, art. 293 B du CGI", {"MEN-FRANCHISE-TVA"}),
    ("SIRET client", "SIRET client : 987 654 324 00018", {"MEN-SIRET-DESTINATAIRE", "ID-SIRET-FAUX"}),
    ("Paiement", "Paiement par virement, IBAN : FR76 3000 6000 0112 3456 7890 188", {"BNQ-IBAN-FAUX"}),
]


def mentions_of(pages: Pages) -> tuple[list[Observation], list[str], list[str]]:
    return check_mentions(pages, propose(pages))


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


@pytest.mark.parametrize(("start", "other", "expected"), MUTATIONS)
def test_a_mention_changed_alone_is_told_alone(tmp_path: Path, start: str, other: str | None, expected: set[str]) -> None:
    lines = [other if line.startswith(start) else line for line in words_of()]
    assert _ids(tmp_path, [line for line in lines if line is not None]) == expected


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
