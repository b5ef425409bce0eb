"""assistant.nlu.status_names, with the real table of statuses. In the examples, ⟦ and ⟧ show where the name must be found."""

import csv
import re
from itertools import pairwise
from pathlib import Path
from typing import List, Tuple

import pytest
from conftest import NAUGHTY, STATUTS, short
from hypothesis import given
from hypothesis import strategies as st

from assistant.nlu.french_text import fold, normalize
from assistant.nlu.status_names import StatusMention, StatusNames

NAMES = StatusNames.from_csv(STATUTS)
with STATUTS.open(encoding="utf-8", newline="") as handle:
    ROWS = list(csv.DictReader(handle))


def unmark(marked: str) -> Tuple[str, List[Tuple[int, int]]]:
    """The text without its marks, and the spans that they showed."""
    spans = []
    for found in re.finditer(r"⟦(.*?)⟧", marked):
        start = found.start() - 2 * len(spans)
        spans.append((start, start + len(found.group(1))))
    return marked.replace("⟦", "").replace("⟧", ""), spans


def check(marked: str, *codes: str) -> None:
    text, spans = unmark(marked)
    found = sorted(NAMES.find(text), key=lambda mention: mention.start)
    assert [(mention.code, (mention.start, mention.end)) for mention in found] == list(zip(codes, spans, strict=True))


@pytest.mark.parametrize(
    ("marked", "code"),
    [
        ("ma facture est ⟦suspendue⟧", "SUSPENDUE"),
        ("⟦suspendu⟧ !", "SUSPENDUE"),
        ("elles sont ⟦suspendues⟧", "SUSPENDUE"),
        ("⟦A recycler⟧", "A_RECYCLER"),
        ("⟦À RECYCLER⟧ ?", "A_RECYCLER"),
        ("statu ⟦a recyclé⟧", "A_RECYCLER"),
        ("statut ⟦A_RECYCLER⟧", "A_RECYCLER"),
        ("⟦mise a disposition⟧", "MISE_A_DISPOSITION"),
        ("⟦mise à disposition du destinataire⟧", "MISE_A_DISPOSITION"),
        ("« ⟦mise à disposition du comptable⟧ », qu'est-ce ?", "MISE_A_DISPOSITION_COMPTABLE"),
        ("⟦IN_REJETE⟧", "IN_REJETE"),
        ("⟦in_rejete⟧", "IN_REJETE"),
        ("⟦EDI 05⟧", "REJETEE"),
        ("code ⟦edi05⟧", "REJETEE"),
        ("⟦EDI n° 05⟧", "REJETEE"),
        ("⟦statut : 05⟧", "REJETEE"),
        ("mon logiciel affiche ⟦statut 10⟧", "COMPTABILISEE"),
        ("statut ⟦refusée moe⟧", "REFUSEE_MOE"),
        ("statut ⟦refusée moa⟧", "REFUSEE_MOA"),
        ("⟦Refusée par la MOE⟧", "REFUSEE_MOE"),
        ("elle est ⟦rejetée⟧", "REJETEE"),
        ("elle est ⟦rejeté⟧", "REJETEE"),
        ("ma facture est ⟦rejeté⟧", "REJETEE"),
        ("elle est ⟦rejettée⟧", "REJETEE"),
        ("elles sont ⟦rejetees⟧", "REJETEE"),
        ("⟦rejetée par le client⟧", "REJETEE"),
        ("⟦validée par le premier valideur⟧, et maintenant ?", "VALIDEE_1"),
        ("⟦à valider 1⟧", "A_VALIDER_1"),
        ("⟦à valider 2⟧", "A_VALIDER_2"),
        ("⟦supsendue⟧", "SUSPENDUE"),
        ("⟦mise en paiment⟧", "MISE_EN_PAIEMENT"),
        ("⟦en cours d’acheminement⟧", "EN_COURS_ACHEMINEMENT"),
        ("⟦rejete\u0301e⟧", "REJETEE"),
        ("😀 ⟦suspendue⟧", "SUSPENDUE"),
        ("Œuvre ⟦suspendue⟧", "SUSPENDUE"),
    ],
)
def test_a_status_is_found_as_people_write_it(marked: str, code: str) -> None:
    check(marked, code)


@pytest.mark.parametrize(
    ("marked", "codes"),
    [
        ("⟦à recycler⟧ ou ⟦rejetée⟧ ?", ["A_RECYCLER", "REJETEE"]),
        ("⟦suspendue⟧ puis ⟦mandatée⟧", ["SUSPENDUE", "MANDATEE"]),
        ("le flux est ⟦intégré⟧ mais la facture est ⟦rejetée⟧", ["IN_INTEGRE", "REJETEE"]),
        ("⟦TRANSMISE_MOA⟧ ⟦edi 35⟧", ["TRANSMISE_MOA", "TRANSMISE_MOA"]),
    ],
)
def test_several_statuses_are_all_found(marked: str, codes: List[str]) -> None:
    check(marked, *codes)


@pytest.mark.parametrize(
    ("marked", "code"),
    [
        ("mon flux est ⟦rejeté⟧", "IN_REJETE"),
        ("mes flux sont ⟦rejetés⟧", "IN_REJETE"),
        ("mon flux est ⟦rejetée⟧", "IN_REJETE"),
        ("⟦flux rejeté⟧", "IN_REJETE"),
        ("mon lot a été ⟦rejeté⟧", "IN_REJETE"),
        ("le fichier est ⟦rejeté⟧", "IN_REJETE"),
        ("mon flux de factures est ⟦rejeté⟧", "IN_REJETE"),
        ("statut ⟦rejeté⟧ pour mon flux", "IN_REJETE"),
        ("FSO1130A ⟦rejeté⟧", "IN_REJETE"),
        ("CPP0012345678 ⟦rejeté⟧", "IN_REJETE"),
        ("la raison du ⟦rejet⟧ d'un flux", "IN_REJETE"),
        ("mon flux est ⟦intégré⟧", "IN_INTEGRE"),
        ("⟦intégré⟧ dans l'EDI, et après ?", "IN_INTEGRE"),
        ("mon fichier est ⟦irrecevable⟧", "QP_IRRECEVABLE"),
        ("mon flux est au statut ⟦reçu⟧", "IN_RECU"),
        ("⟦flux reçu⟧", "IN_RECU"),
        ("⟦IN_RECU⟧", "IN_RECU"),
        ("c quoi ⟦incidenté⟧", "IN_INCIDENTE"),
        ("⟦en attente de retraitement⟧", "IN_EN_ATTENTE_RETRAITEMENT_CPP"),
        ("⟦intégré partiellement⟧", "IN_INTEGRE_PARTIEL"),
    ],
)
def test_a_status_of_a_flow_is_found_where_a_flow_is_spoken_of_or_named(marked: str, code: str) -> None:
    check(marked, code)


@pytest.mark.parametrize(
    ("marked", "code"),
    [
        ("ma facture est ⟦rejeté⟧, je l'ai envoyée par flux EDI", "REJETEE"),
        ("la facture du lot 2 est ⟦rejetée⟧", "REJETEE"),
        ("un lot contenant une facture déposée par flux et ⟦rejetée⟧", "REJETEE"),
        ("statut ⟦REJETEE⟧ sur mon flux", "REJETEE"),
        ("statut EDI ⟦rejetée⟧", "REJETEE"),
    ],
)
def test_a_status_said_of_the_invoice_stays_the_invoices_although_a_flow_is_named(marked: str, code: str) -> None:
    text, spans = unmark(marked)
    assert (code, spans[0]) in [(mention.code, (mention.start, mention.end)) for mention in NAMES.find(text)]
    assert "IN_REJETE" not in [mention.code for mention in NAMES.find(text)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "j'ai reçu un mail",
        "je n'ai rien reçu",
        "j'ai reçu un mail sur mon flux",
        "la mairie n'a pas reçu ma facture",
        "ma facture est intégrée",
        "ma demande est irrecevable",
        "code 99",
        "EDI 99",
        "statut 10 jours",
        "code 05/03",
        "statut 213",
        "REFUSEE_3",
        "refusé ma facture",
        "un mandat de facturation",
        "le service comptabilité",
        "mode de paiement",
        "le paiement",
        "une facture incomplète",
        "combien de comptes",
        "un mot de passe complexe",
        "comment demander",
        "j'ai eu un incident",
        "facture à régler",
        "erreurs de mot de passe",
        "interprète judiciaire",
    ],
)
def test_everyday_words_are_no_statuses(text: str) -> None:
    assert NAMES.find(text) == []


@pytest.mark.parametrize(
    ("code", "label"),
    [(row["code"], label) for row in ROWS for label in [row["code"], row["libelle"], *row["alias"].split("|")] if label],
)
def test_every_label_of_the_table_is_found_alone_and_in_a_sentence(code: str, label: str) -> None:
    subject = "mon flux" if code in NAMES.flux else "ma facture"
    for before, after in [("", ""), ("statut ", " ?"), (f"{subject} est au statut « ", " » depuis hier")]:
        alone_of_flow = code in NAMES.flux and "flux" not in before and len(re.findall(r"[a-z0-9]+", fold(label))) == 1
        text = before + label + after
        found = NAMES.find(text)
        if alone_of_flow and not fold(label).startswith("incident"):
            assert found == []
        else:
            assert [mention.code for mention in found] == [code]
            # A label may be part of a longer one of the same status (« statut technique inconnu »).
            assert label.rstrip(")") in text[found[0].start : found[0].end]
            assert found[0].score == pytest.approx(1)


@pytest.mark.parametrize(("digits", "code"), sorted({row["edi"]: row["code"] for row in reversed(ROWS) if row["edi"]}.items()))
def test_every_edi_code_is_found(digits: str, code: str) -> None:
    check(f"⟦EDI {digits}⟧ ?", code)


def test_the_best_mention_comes_first_and_the_longest_label_wins() -> None:
    found = NAMES.find("suspendue, mise à disposition du comptable")
    assert [mention.code for mention in found] == ["MISE_A_DISPOSITION_COMPTABLE", "SUSPENDUE"]
    assert found[0] == StatusMention("MISE_A_DISPOSITION_COMPTABLE", 11, 42, 1.0)


def test_an_exact_name_scores_one_and_a_misspelt_one_less() -> None:
    assert NAMES.find("suspendue")[0].score == 1.0
    assert 0.86 <= NAMES.find("supsendue")[0].score < 1.0


def test_names_built_from_their_own_parts_find_the_same() -> None:
    again = StatusNames(NAMES.labels, NAMES.edi, NAMES.flux)
    for text in ("mon flux est rejeté", "EDI 05", "elle est rejeté", "j'ai reçu un mail"):
        assert again.find(text) == NAMES.find(text)


def test_an_empty_table_finds_nothing() -> None:
    assert StatusNames([], {}).find("ma facture est suspendue EDI 05") == []


def test_without_flow_codes_one_word_labels_count_everywhere() -> None:
    assert [mention.code for mention in StatusNames([("integre", "IN_INTEGRE")], {}).find("elle est intégrée")] == ["IN_INTEGRE"]
    assert StatusNames([("integre", "IN_INTEGRE")], {}, ["IN_INTEGRE"]).find("elle est intégrée") == []


def test_earlier_labels_win_ties() -> None:
    assert [mention.code for mention in StatusNames([("rejet", "A"), ("rejet", "B")], {}).find("rejet")] == ["A"]


def test_the_first_status_of_an_edi_code_counts(tmp_path: Path) -> None:
    table = tmp_path / "statuts.csv"
    table.write_text("code,edi,libelle,alias,domaine\nUN,05,Premier,,facture\nDEUX,05,Second,,facture\n", encoding="utf-8")
    names = StatusNames.from_csv(table)
    assert names.edi == {"05": "UN"}
    assert names.flux == frozenset()


def test_a_missing_table_or_column_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        StatusNames.from_csv(tmp_path / "statuts.csv")
    (tmp_path / "statuts.csv").write_text("code,libelle\nA,b\n", encoding="utf-8")
    with pytest.raises(KeyError):
        StatusNames.from_csv(tmp_path / "statuts.csv")


# fmt: off
_WORDS = [
    "ma", "mon", "facture", "flux", "lot", "est", "sont", "rejeté", "rejetée", "reçu", "intégré", "suspendue", "à", "recycler",
    "EDI", "05", "du", "mise", "disposition", "_", ",", "é",
]
# fmt: on
SENTENCES = st.lists(st.sampled_from(_WORDS), max_size=12).map(" ".join)


@given(st.one_of(st.text(max_size=80), SENTENCES))
def test_mentions_lie_within_the_text_without_overlap_and_name_known_codes(text: str) -> None:
    found = sorted(NAMES.find(text), key=lambda mention: mention.start)
    codes = {row["code"] for row in ROWS}
    for mention in found:
        assert 0 <= mention.start < mention.end <= len(text)
        assert mention.code in codes
        assert 0.86 <= mention.score <= 1.0 + 1e-9
        assert re.search(r"[a-z0-9]", fold(text[mention.start : mention.end]))
    assert all(one.end <= other.start for one, other in pairwise(found))


@given(SENTENCES)
def test_accents_and_case_make_no_difference(text: str) -> None:
    def codes(written: str) -> List[str]:
        return [mention.code for mention in NAMES.find(written)]

    assert codes(fold(text)) == codes(text)


@pytest.mark.parametrize("text", NAUGHTY, ids=short)
def test_no_nasty_string_makes_it_fail(text: str) -> None:
    for written in (text, normalize(text)):
        for mention in NAMES.find(written):
            assert written[mention.start : mention.end]
