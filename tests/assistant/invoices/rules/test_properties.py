"""Rules over many values, and on what is only proposed from a text."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import luhn

from assistant.invoices.catalogue import load_catalogue
from assistant.invoices.model import Found, Identifier, Invoice, Line, Party, Syntax, Totals, VatBreakdown
from assistant.invoices.rules import amounts, bank, dates, framework, identifiers, number, run_rules
from assistant.invoices.rules.base import euros, percent
from assistant.invoices.schemas import CheckOptions
from assistant.knowledge.load import load_knowledge
from tests.support.paths import KNOWLEDGE, ROOT

TODAY = date(2026, 11, 24)
OPTIONS = CheckOptions(today=TODAY)
CENT = Decimal("0.01")


def _text(**parts: object) -> Invoice:
    return Invoice(Syntax.TEXTE, **parts)  # type: ignore[arg-type]


def _siret(body: str) -> str:
    return body + luhn.calc_check_digit(body)


@settings(deadline=None)
@given(st.text(alphabet="0123456789", min_size=8, max_size=8), st.text(alphabet="0123456789", min_size=4, max_size=4))
def test_a_siret_with_its_own_check_digit_passes_and_the_next_digit_fails(company: str, place: str) -> None:
    body = _siret(company) + place
    good = _siret(body)
    bad = body + str((int(good[-1]) + 1) % 10)
    for siret, expected in ((good, 0), (bad, 1)):
        party = Party(siret=Found(siret))
        if siret.startswith("356000000"):
            continue
        assert len(identifiers.siret_digits(_text(seller=party), OPTIONS)) == expected


def test_la_poste_has_its_own_rule() -> None:
    # Digits that add up to a multiple of five, which the ordinary rule refuses.
    assert identifiers.siret_digits(_text(seller=Party(siret=Found("35600000049837"))), OPTIONS) == []


@settings(deadline=None)
@given(st.dates(min_value=date(1990, 1, 1), max_value=date(2100, 12, 31)))
def test_any_day_written_without_separator_is_refused_as_a_number(day: date) -> None:
    found = number.like_a_date(_text(number=Found(f"{day:%Y%m%d}")), OPTIONS)
    assert [item.id for item in found] == ["NUM-DATE"]


@settings(deadline=None)
@given(st.text(min_size=1, max_size=60))
def test_the_length_rule_of_a_number_is_exactly_twenty(words: str) -> None:
    assert bool(number.length(_text(number=Found(words)), OPTIONS)) == (len(words) > 20)


@pytest.mark.parametrize("words", ["2026-0147", "F20260305", "20261399", "2026/11/147", "99999999", "2026-0230"])
def test_an_ordinary_number_is_no_date(words: str) -> None:
    assert number.like_a_date(_text(number=Found(words)), OPTIONS) == []


_MONEY = st.decimals(min_value=Decimal("0.01"), max_value=Decimal("9999999"), places=2)
_RATES = st.sampled_from([Decimal(rate) for rate in ("20", "10", "5.5", "2.1", "0")])


@settings(deadline=None)
@given(st.lists(st.tuples(_MONEY, _RATES), min_size=1, max_size=30))
def test_an_invoice_summed_by_the_norm_or_line_by_line_is_never_blamed(rows: list[tuple[Decimal, Decimal]]) -> None:
    for by_line in (False, True):
        invoice = _summed(rows, by_line)
        found = [item.id for one in amounts.RULES for item in one(invoice, OPTIONS)]
        assert found == []


def _summed(rows: list[tuple[Decimal, Decimal]], by_line: bool) -> Invoice:
    def vat(base: Decimal, rate: Decimal) -> Decimal:
        return (base * rate / 100).quantize(CENT, ROUND_HALF_UP)

    breakdown = []
    for rate in {rate for _, rate in rows}:
        bases = [base for base, own in rows if own == rate]
        amount = sum((vat(base, rate) for base in bases), Decimal(0)) if by_line else vat(sum(bases, Decimal(0)), rate)
        breakdown.append(VatBreakdown(rate=Found(rate), base=Found(sum(bases, Decimal(0))), amount=Found(amount)))
    ht = sum((base for base, _ in rows), Decimal(0))
    tva = sum((row.amount.value for row in breakdown if row.amount), Decimal(0))
    totals = Totals(lines=Found(ht), without_vat=Found(ht), vat=Found(tva), with_vat=Found(ht + tva), due=Found(ht + tva))
    lines = tuple(Line(net=Found(base), vat_rate=Found(rate)) for base, rate in rows)
    return Invoice(Syntax.CII, lines=lines, vat_breakdown=tuple(breakdown), totals=totals)


@settings(deadline=None)
@given(_MONEY, _MONEY, st.decimals(min_value=Decimal("0.02"), max_value=Decimal("1000"), places=2))
def test_a_wrong_total_is_always_caught(ht: Decimal, tva: Decimal, error: Decimal) -> None:
    for wrong in (ht + tva + error, ht + tva - error):
        totals = Totals(without_vat=Found(ht), vat=Found(tva), with_vat=Found(wrong))
        assert [item.id for item in amounts.with_vat(_text(totals=totals), OPTIONS)] == ["MNT-TTC"]


@settings(deadline=None)
@given(st.integers(min_value=-3000, max_value=3000))
def test_the_issue_date_is_judged_by_its_distance_to_today(days: int) -> None:
    day = TODAY + timedelta(days=days)
    invoice = _text(issue_date=Found(day))
    assert bool(dates.future(invoice, OPTIONS)) == (days > 1)
    assert bool(dates.old(invoice, OPTIONS)) == (day.year < 2022)


@settings(deadline=None)
@given(st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -", max_size=40))
def test_no_account_makes_the_bank_rules_fall(account: str) -> None:
    for one in bank.RULES:
        one(_text(iban=(Found(account),), bic=Found(account)), OPTIONS)


def test_an_iban_is_never_written_whole_in_an_observation() -> None:
    iban = "FR7630006000011234567890188"
    (found,) = bank.iban_key(_text(iban=(Found(iban),)), OPTIONS)
    assert found.values == {"iban": "FR…0188"}


def test_a_million_lines_are_too_many() -> None:
    found, ran = run_rules(Invoice(Syntax.CII, lines=(Line(),) * 1_000_000), OPTIONS)
    assert "B2G-LIGNES" in ran
    [too_many] = [observation for observation in found if observation.id == "B2G-LIGNES"]
    finding = load_catalogue(KNOWLEDGE / "controles").finding(too_many)
    assert "1000000 lignes" in finding.found
    assert "B2G-LIGNES" not in {item.id for item in run_rules(Invoice(Syntax.CII, lines=(Line(),) * 999_999), OPTIONS)[0]}


def test_what_a_text_does_not_hold_is_never_said_missing() -> None:
    assert run_rules(_text(), OPTIONS)[0] == []


def test_what_is_not_read_is_not_judged() -> None:
    assert run_rules(Invoice(Syntax.PES), OPTIONS) == ([], [])
    assert run_rules(Invoice(Syntax.CII, profile="zugferd1"), OPTIONS) == ([], [])


def test_a_foreign_seller_is_not_asked_for_a_french_rate() -> None:
    party = Party(country=Found("DE"), identifiers=(Found(Identifier("0223", "DE123456789")),))
    invoice = _text(seller=party, vat_breakdown=(VatBreakdown(rate=Found(Decimal(19))),))
    assert "MNT-TAUX-INCONNU" not in run_rules(invoice, OPTIONS)[1]


def test_the_cadres_are_those_of_the_knowledge() -> None:
    cadres = load_knowledge(ROOT / "data" / "knowledge").cadres
    works = {cadre.code for cadre in cadres.values() if "Factures de travaux" in cadre.usage}
    simple = {cadre.code for cadre in cadres.values() if "Factures émises" in cadre.usage}
    assert works == framework.WORKS
    assert simple == framework.SIMPLE
    assert set(cadres) == framework.WORKS | framework.SIMPLE | framework.DOUBTFUL | set(framework.ELSEWHERE)


def test_amounts_and_rates_are_written_the_french_way() -> None:
    assert euros(Decimal("1234567.5")) == "1\u202f234\u202f567,50"
    assert euros(Decimal("0.125")) == "0,125"
    assert euros(Decimal("-12")) == "-12,00"
    assert percent(Decimal("5.50")) == "5,5\u00a0%"
    assert percent(Decimal("20")) == "20\u00a0%"
