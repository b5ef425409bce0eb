"""`make bench-understanding`: the development questions, asked of a live Choriste over the public contract.

Right: the first answer holds at least one term of each group that a right answer must hold (a floor, not a proof: read them).
Choices: not answered at once, but one of the offered buttons leads to a right answer. Unknown: the bot admits. Wrong: the rest.
For off-topic questions right means « out of scope ». The questions judge; they never train.

Run: python -m bench.understanding.run [--questions FILE] [--url ADDRESS] [--show] [--no-write]
"""

import json
import tempfile
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from tests.live import start_choriste, stop_choriste

RESULT = Path(__file__).with_name("README.md")
_HEAD = """\
# Understanding on the development questions

Written by `make bench-understanding`: each question asked of a live Choriste over the public contract, in a conversation of
its own. Right: the first answer holds the key facts (a floor, not a proof). Choices: one of the offered buttons leads there.
Unknown: the bot admits. Wrong: the rest. The questions judge and never train. Thresholds come from other messages:
[thresholds.md](thresholds.md). Other methods on the same data: [comparison.md](comparison.md).
"""
VERDICTS = ("right", "choices", "unknown", "wrong")


def fold(text: str) -> str:
    """As the questions are judged: case and accents folded, ’ as '."""
    text = unicodedata.normalize("NFD", text.lower().replace("’", "'"))
    return "".join(char for char in text if not unicodedata.combining(char))


def holds_all(text: str, groups: list[list[str]]) -> bool:
    """At least one term of each group."""
    folded = fold(text)
    return all(any(fold(term) in folded for term in group) for group in groups)


class Asker:
    """Asks each question in a conversation of its own."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=f"{url}/api/v1", timeout=60)

    def _open(self) -> tuple[str, dict[str, str]]:
        opened = self._http.post("/conversations").raise_for_status().json()
        return f"/conversations/{opened['id']}/messages", {"Authorization": f"Bearer {opened['token']}"}

    def ask(self, text: str) -> tuple[list[dict[str, Any]], list[str]]:
        """The bot's messages, and the texts behind the buttons of a choice."""
        path, headers = self._open()
        messages = self._http.post(path, json={"text": text}, headers=headers).raise_for_status().json()["messages"]
        behind = []
        if any(message["kind"] == "choices" for message in messages):
            for number in range(len(messages[-1]["buttons"]) - 1):
                path, headers = self._open()
                again = self._http.post(path, json={"text": text}, headers=headers).raise_for_status().json()["messages"]
                button = again[-1]["buttons"][number]["id"]
                answers = self._http.post(path, json={"button": button}, headers=headers).raise_for_status().json()["messages"]
                behind.append("\n".join(message["text"] for message in answers))
        return messages, behind


def judge(question: dict[str, Any], messages: list[dict[str, Any]], behind: list[str]) -> str:
    """One of VERDICTS."""
    kinds = {message["kind"] for message in messages}
    text = "\n".join(message["text"] for message in messages)
    if question["kind"] == "offtopic":
        return "right" if "out_of_scope" in kinds else "unknown" if kinds <= {"unknown", "notice"} else "wrong"
    if "choices" in kinds:
        return "choices" if any(holds_all(answer, question["must_any"]) for answer in behind) else "wrong"
    if kinds & {"unknown", "out_of_scope", "question", "error"} and "answer" not in kinds:
        return "unknown"
    return "right" if holds_all(text, question["must_any"]) else "wrong"


def main(
    questions: Path = Path("../shared/eval/questions.jsonl"),
    url: Annotated[str | None, typer.Option(help="A running Choriste; one is started when absent.")] = None,
    show: Annotated[bool, typer.Option(help="Print each answer, to be read against the facts.")] = False,
    write: Annotated[bool, typer.Option(help="Keep the table in bench/understanding/README.md.")] = True,
) -> None:
    """Print a line a topic and the whole."""
    asked = [json.loads(line) for line in questions.read_text(encoding="utf-8").splitlines() if line]
    if url is not None:
        results = _ask_all(Asker(url), asked, show)
    else:
        with tempfile.TemporaryDirectory() as directory:
            live = start_choriste(Path(directory))
            try:
                live.wait_until_said("prêt :")
                results = _ask_all(Asker(live.url), asked, show)
            finally:
                stop_choriste(live)
    table = _table(results)
    typer.echo(table)
    if write:
        RESULT.write_text(f"{_HEAD}\n{table}\n", encoding="utf-8")


def _ask_all(asker: Asker, asked: list[dict[str, Any]], show: bool) -> list[tuple[str, str, str]]:
    results = []
    for question in asked:
        messages, behind = asker.ask(question["text"])
        verdict = judge(question, messages, behind)
        results.append((question["topic"], question["kind"], verdict))
        if show:
            first = messages[0]
            title = first["fiche"] or first["kind"]
            typer.echo(
                f"[{verdict}] {question['id']} {question['text']}\n    {title} ({first['confidence']}): {first['text'][:300]!r}"
            )
            if verdict != "right":
                typer.echo(f"    gold: {question['gold']}\n    buttons: {[b['title'] for m in messages for b in m['buttons']]}")
    return results


def _table(results: list[tuple[str, str, str]]) -> str:
    """Markdown: a line a topic, then the whole."""
    by_topic: dict[str, Counter[str]] = defaultdict(Counter)
    for topic, _, verdict in results:
        by_topic[topic][verdict] += 1
    lines = ["| topic | " + " | ".join(VERDICTS) + " |", "|---|" + "---:|" * len(VERDICTS)]
    for topic in sorted(by_topic):
        lines.append(f"| {topic} | " + " | ".join(str(by_topic[topic][verdict]) for verdict in VERDICTS) + " |")
    for name, wanted in (("in scope", {"user", "faq"}), ("off topic", {"offtopic"}), ("all", {"user", "faq", "offtopic"})):
        chosen = [verdict for _, kind, verdict in results if kind in wanted]
        counts = Counter(chosen)
        shares = " | ".join(f"{counts[verdict] / max(len(chosen), 1):.0%}" for verdict in VERDICTS)
        lines.append(f"| **{name}**, {len(chosen)} | {shares} |")
    return "\n".join(lines)


if __name__ == "__main__":
    typer.run(main)
