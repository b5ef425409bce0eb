"""`make bench-pipelines`: the methods of methods/catalogue.py on the same data, in one run, each in processes of its own.

Figures are kept in results.json after each method, and the report is written again: what is measured stays when the run is
stopped. The machine is shared: read the ratios, not the seconds.

Run: python -m bench.understanding.compare [--methods ours,nearest] [--report]    (.venv/service; writes comparison.md, plots)
"""

from pathlib import Path
from typing import Annotated

import typer

from assistant.knowledge.understanding import MIN_CANDIDATE_CONFIDENCE
from bench.understanding import sample
from bench.understanding.judging import Judge
from bench.understanding.measure import measure
from bench.understanding.methods.catalogue import Method, catalogue
from bench.understanding.report import write_report
from bench.understanding.results import Results

_DEVELOPMENT = Path("../shared/eval/questions.jsonl")


def main(
    methods: Annotated[str, typer.Option(help="Names, a comma between them; all when absent.")] = "",
    report: Annotated[bool, typer.Option("--report", help="Measure nothing: tables and plots from the kept figures.")] = False,
    most: Annotated[int, typer.Option(help="Examples of a topic at most.")] = 12,
    topics: Annotated[int | None, typer.Option(help="So many topics only, to try the bench itself.")] = None,
    epochs: Annotated[int, typer.Option(help="Epochs of DIET.")] = 100,
) -> None:
    """Measure, keep, report."""
    known = catalogue(epochs)
    names = [name for name in methods.split(",") if name] or list(known)
    if unknown := sorted(set(names) - set(known)):
        raise typer.BadParameter(f"{', '.join(unknown)}: known are {', '.join(known)}")
    if not report:
        _measure_all({name: known[name] for name in names}, most, topics, known)
    _report(known)


def _measure_all(chosen: dict[str, Method], most: int, topics: int | None, known: dict[str, Method]) -> None:
    drawn = sample.draw(most, topics)
    judge = Judge()
    for name, method in chosen.items():
        typer.echo(f"{name}: {method.title}…")
        result = measure(method, sample.everything(topics) if method.all_data else drawn, _DEVELOPMENT, judge)
        kept = Results.read()
        kept.root[name] = result
        kept.write()
        _report(known)


def _report(known: dict[str, Method]) -> None:
    kept = Results.read().root
    write_report([kept[name] for name in known if name in kept], MIN_CANDIDATE_CONFIDENCE)


if __name__ == "__main__":
    typer.run(main)
