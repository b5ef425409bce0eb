"""Start a method's worker in a process and an interpreter of its own."""

import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Literal, cast

from bench.understanding.methods.worker import Asked, Task

ROOT = Path(__file__).resolve().parents[3]
Side = Literal["rasa", "service"]
_TAIL = 25

_ENVIRONMENT = {
    "PYTHONPATH": str(ROOT),
    "PYTHONWARNINGS": "ignore",
    # Rasa: no telemetry, no cache of trained components, quiet libraries, no graphics card.
    "RASA_TELEMETRY_ENABLED": "false",
    "RASA_MAX_CACHE_SIZE": "0",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "CUDA_VISIBLE_DEVICES": "-1",
}


class WorkerError(Exception):
    """A worker failed; the message ends with what it said last."""


def _run(side: Side, task: Task) -> Any:
    with tempfile.TemporaryDirectory() as directory:
        task_file, result_file, log = (Path(directory) / name for name in ("task.json", "result.json", "log.txt"))
        task_file.write_text(json.dumps(task), encoding="utf-8")
        module = f"bench.understanding.methods.{side}_side"
        command = [str(ROOT / ".venv" / side / "bin" / "python"), "-m", module, str(task_file), str(result_file)]
        with log.open("w", encoding="utf-8") as handle:
            done = subprocess.run(
                command, cwd=ROOT, env={**os.environ, **_ENVIRONMENT}, stdout=handle, stderr=subprocess.STDOUT, check=False
            )
        if done.returncode != 0:
            said = log.read_text(encoding="utf-8", errors="replace").splitlines()[-_TAIL:]
            raise WorkerError("\n".join([f"{module} ended with {done.returncode}:", *said]))
        return json.loads(result_file.read_text(encoding="utf-8"))


def train(side: Side, options: dict[str, Any], model: Path, examples: Path) -> float:
    """Learn from a JSONL file of `text` and `topic`; returns the seconds it took, the interpreter's start left out."""
    task = Task(action="train", options=options, model=str(model), files=[str(examples)])
    return float(_run(side, task)["seconds"])


def ask(side: Side, options: dict[str, Any], model: Path, files: list[Path]) -> Asked:
    """Rank the topics for the `text` of each line of JSONL files."""
    task = Task(action="ask", options=options, model=str(model), files=[str(file.resolve()) for file in files])
    return cast(Asked, _run(side, task))
