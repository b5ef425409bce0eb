"""What a person checked: told again when another file bears the number, unreadable in memory, forgotten in time."""

from assistant.invoices.memory import CheckedNumbers
from assistant.invoices.schemas import (
    CheckReport,
    FileFacts,
    FileKind,
    FoundField,
    InvoiceKey,
    Origin,
    Verdict,
)

KEY = InvoiceKey("73282932000074", "F-12", 2026)
MINUTE = 60.0


def report(
    number: str = "F-12", *, file: str = "a" * 64, date: str = "2026-03-02", members: tuple[CheckReport, ...] = ()
) -> CheckReport:
    values = {"numero": number, "siret_fournisseur": "73282932000074", "date": date}
    return CheckReport(
        verdict=Verdict.ACCEPTABLE,
        summary="Rien à signaler.",
        file=FileFacts(name="f.pdf", size=1, kind=FileKind.PDF, sha256=file),
        fields=[]
        if members
        else [FoundField(name=name, label=name, value=value, origin=Origin.XML) for name, value in values.items()],
        members=list(members),
    )


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_number_is_known_to_the_next_file_of_the_same_person_only() -> None:
    memory = CheckedNumbers()
    memory.remember("page:a", report())
    assert KEY in memory.seen("page:a", sha256="b" * 64)
    assert KEY not in memory.seen("page:b", sha256="b" * 64)


def test_the_same_file_again_is_no_duplicate() -> None:
    memory = CheckedNumbers()
    memory.remember("page:a", report())
    assert KEY not in memory.seen("page:a", sha256="a" * 64)
    memory.remember("page:a", report(file="b" * 64))
    assert KEY in memory.seen("page:a", sha256="a" * 64)


def test_another_year_another_seller_or_another_number_is_another_invoice() -> None:
    memory = CheckedNumbers()
    memory.remember("page:a", report())
    seen = memory.seen("page:a", sha256="b" * 64)
    assert InvoiceKey(KEY.seller, KEY.number, 2025) not in seen
    assert InvoiceKey("44306184100047", KEY.number, KEY.year) not in seen
    assert InvoiceKey(KEY.seller, "F-13", KEY.year) not in seen


def test_parts_of_a_key_do_not_run_into_each_other() -> None:
    memory = CheckedNumbers()
    memory.remember("page:a", report("F-122026"))
    assert InvoiceKey("732829320000742", "F-122026", 2026) not in memory.seen("page:a", sha256="b" * 64)


def test_each_invoice_of_a_lot_is_remembered() -> None:
    memory = CheckedNumbers()
    memory.remember("page:a", report(members=(report("F-1"), report("F-2"))))
    seen = memory.seen("page:a", sha256="b" * 64)
    assert all(InvoiceKey(KEY.seller, number, 2026) in seen for number in ("F-1", "F-2"))


def test_an_invoice_whose_date_cannot_be_read_leaves_nothing() -> None:
    memory = CheckedNumbers()
    memory.remember("page:a", report(date="le 2 mars"))
    assert KEY not in memory.seen("page:a", sha256="b" * 64)


def test_numbers_are_forgotten_after_their_time() -> None:
    clock = Clock()
    memory = CheckedNumbers(seconds=10 * MINUTE, clock=clock)
    memory.remember("page:a", report())
    clock.now = 9 * MINUTE
    assert KEY in memory.seen("page:a", sha256="b" * 64)
    clock.now = 11 * MINUTE
    assert KEY not in memory.seen("page:a", sha256="b" * 64)


def test_what_lies_in_memory_tells_neither_number_nor_seller_nor_person() -> None:
    memory = CheckedNumbers()
    memory.remember("conversation:secret", report())
    held = repr(vars(memory))
    assert "F-12" not in held and "73282932000074" not in held and "conversation:secret" not in held
    assert list(memory.seen("conversation:secret", sha256="b" * 64)) == []
