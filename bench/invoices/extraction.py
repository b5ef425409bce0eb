"""Fields read in plain PDFs of many layouts: right, wrong, not found. `python -m bench.invoices.extraction`."""

import tempfile
from collections import Counter
from pathlib import Path

from assistant.invoices.text.fields import propose
from assistant.invoices.text.read_pdf import read_pages
from tests.support.invoices.layouts import Layout, layouts
from tests.support.invoices.phrases import PHRASES


def judge(layout: Layout, folder: Path) -> list[tuple[str, str, str]]:
    """(field, « right » | « wrong » | « not found » | « to confirm », detail) for each field expected or proposed."""
    path = folder / "facture.pdf"
    path.write_bytes(layout.pdf)
    proposed: dict[str, set[str]] = {}
    for field in propose(read_pages(path), PHRASES):
        proposed.setdefault(field.name, set()).add(field.value)
    verdicts = []
    for name in sorted({*layout.values, *proposed}):
        wanted = layout.values.get(name, set())
        wanted = wanted if isinstance(wanted, set) else {wanted}
        got = proposed.get(name, set())
        if name == "siret" and not wanted:
            # An honest doubt: the number is right, its role is left to the person.
            verdicts.append((name, "to confirm", str(got)))
            continue
        verdict = "right" if got == wanted else "wrong" if got - wanted else "not found"
        verdicts.append((name, verdict, f"{got or '—'} for {wanted or '—'}"))
    return verdicts


def main() -> None:
    """Print what is not right, then the shares by field."""
    by_field: dict[str, Counter[str]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, layout in layouts().items():
            for field, verdict, detail in judge(layout, Path(folder)):
                by_field.setdefault(field, Counter())[verdict] += 1
                if verdict != "right":
                    print(f"{name}: {field} {verdict}: {detail}")
    total: Counter[str] = Counter()
    for field, counts in sorted(by_field.items()):
        total += counts
        print(
            f"{field:20} "
            + "  ".join(f"{verdict} {counts[verdict]:3}" for verdict in ("right", "wrong", "not found", "to confirm"))
        )
    judged = sum(total.values())
    print(
        f"{len(layouts())} layouts, {judged} fields: "
        + ", ".join(f"{verdict} {count / judged:.1%}" for verdict, count in total.items())
    )


if __name__ == "__main__":
    main()
