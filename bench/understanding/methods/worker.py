"""What a method's own process does, on either side (Python 3.10, standard library only): learn, or rank topics.

A task is a JSON file; so is the result. Messages come from JSONL files (`text`, and `topic` where they teach), which are named,
not copied: the development questions stay in their own file.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, TypedDict

Ranking = list[tuple[str, float]]
Ranker = Callable[[str], Ranking]
Example = tuple[str, str]

RANKED = 10  # topics kept of each ranking


class Task(TypedDict):
    """`options` belong to the method; `model`: where it is written (train) or read (ask); `files`: JSONL."""

    action: Literal["train", "ask"]
    options: dict[str, Any]
    model: str
    files: list[str]


class Asked(TypedDict):
    """`rankings` best first and `milliseconds`, one a message in the order of the files; `memory_mib` after loading and one
    message."""

    rankings: list[Ranking]
    milliseconds: list[float]
    memory_mib: float


def resident_mib() -> float:
    """Memory of this process now."""
    shown = subprocess.run(["ps", "-o", "rss=", "-p", str(os.getpid())], capture_output=True, text=True, check=True)
    return int(shown.stdout) / 1024


def _read(files: list[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for file in files for line in Path(file).read_text(encoding="utf-8").splitlines() if line]


def _ask(rank: Ranker, texts: list[str]) -> Asked:
    rank("échauffement")
    asked = Asked(rankings=[], milliseconds=[], memory_mib=resident_mib())
    for text in texts:
        started = time.perf_counter()
        ranking = rank(text)
        asked["milliseconds"].append((time.perf_counter() - started) * 1000)
        asked["rankings"].append(ranking[:RANKED])
    return asked


def run(train: Callable[[Task, list[Example]], None], load: Callable[[Task], Ranker]) -> None:
    """Do the task named first on the command line, write the result to the file named second.

    `train` writes the model (its seconds are the result); `load` reads it.
    """
    task: Task = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    lines = _read(task["files"])
    result: Any
    if task["action"] == "train":
        started = time.monotonic()
        train(task, [(line["text"], line["topic"]) for line in lines])
        result = {"seconds": time.monotonic() - started}
    else:
        result = _ask(load(task), [line["text"] for line in lines])
    Path(sys.argv[2]).write_text(json.dumps(result), encoding="utf-8")
