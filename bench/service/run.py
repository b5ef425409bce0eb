"""`make bench-service`: ours beside the same bot with Rasa's own default pipeline and policies, in one run.

Train time, cold start, memory of each process, p50/p95 of a message over the public API at 1 and 8 parallel conversations.
This machine is shared: read the ratios, not the seconds.

Run: python -m bench.service.run [--messages 60]    (writes bench/service/README.md)
"""

import os
import random
import shutil
import statistics
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import typer
import yaml

from assistant.knowledge.check import load_examples
from tests.live import ROOT, LiveChoriste, start_choriste, stop_choriste

RESULT = ROOT / "bench" / "service" / "README.md"
CONFIGS = {"Choriste": ROOT / "config.yml", "Rasa default": ROOT / "bench" / "service" / "default_config.yml"}
PARALLEL = (1, 8)


@dataclass
class Figures:
    """What was measured of one configuration. Seconds, MiB, milliseconds."""

    train: float = 0
    model_mib: float = 0
    cold_start: float = 0
    memory: dict[str, float] = field(default_factory=dict)
    latency: dict[int, tuple[float, float]] = field(default_factory=dict)


def write_sample(directory: Path, topics: int, most: int) -> list[str]:
    """Training data for both: a sample of fiches and all other intents, `most` examples each at most; returns all its texts."""
    examples = load_examples(ROOT / "data" / "nlu")
    fiches = sorted(intent for intent in examples if intent.startswith("fiche/"))
    chooser = random.Random(7)
    kept = set(chooser.sample(fiches, min(topics, len(fiches))))
    chosen = {
        intent: chooser.sample(texts, min(most, len(texts)))
        for intent, texts in examples.items()
        if intent in kept or not intent.startswith("fiche/")
    }
    blocks = [{"intent": intent, "examples": "".join(f"- {text}\n" for text in texts)} for intent, texts in chosen.items()]
    (directory / "nlu.yml").write_text(yaml.safe_dump({"version": "3.1", "nlu": blocks}, allow_unicode=True), encoding="utf-8")
    shutil.copytree(ROOT / "data" / "stories", directory / "stories")
    return [text for texts in chosen.values() for text in texts]


def train(config: Path, data: Path, out: Path) -> tuple[Path, float]:
    """Train from nothing; the model and the seconds it took (process start included)."""
    environment = {
        **os.environ,
        "RASA_TELEMETRY_ENABLED": "false",
        "RASA_MAX_CACHE_SIZE": "0",
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "ignore",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "CHORISTE_ACTIONS_URL": "http://127.0.0.1:1/",
        "CHORISTE_ACTIONS_TOKEN": "-",
        "CHORISTE_RASA_DB": os.devnull,
    }
    command = [
        ROOT / ".venv/rasa/bin/rasa",
        "train",
        "--config",
        config,
        "--data",
        data,
        "--out",
        out,
        "--fixed-model-name",
        config.stem,
    ]
    started = time.monotonic()
    with (out / f"{config.stem}.log").open("w") as log:
        subprocess.run(command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT, check=True)
    return out / f"{config.stem}.tar.gz", time.monotonic() - started


def resident_mib(pid: int) -> float:
    """Resident memory of a process."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def children(live: LiveChoriste) -> dict[str, int]:
    """Process ids of Rasa and of the service."""
    listed = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(live.process.pid)], capture_output=True, text=True, check=True
    )
    found = {}
    for line in listed.stdout.splitlines():
        pid, _, command = line.strip().partition(" ")
        found["service" if "uvicorn" in command else "Rasa"] = int(pid)
    return found


def talk(url: str, texts: list[str]) -> list[float]:
    """Say each text in one conversation; milliseconds of each answer."""
    with httpx.Client(base_url=f"{url}/api/v1", timeout=120) as http:
        opened = http.post("/conversations").raise_for_status().json()
        headers = {"Authorization": f"Bearer {opened['token']}"}
        times = []
        for text in texts:
            started = time.perf_counter()
            http.post(f"/conversations/{opened['id']}/messages", json={"text": text}, headers=headers).raise_for_status()
            times.append((time.perf_counter() - started) * 1000)
        return times


def measure(model: Path, texts: list[str], figures: Figures) -> None:
    """Start with this model and measure."""
    with tempfile.TemporaryDirectory() as directory:
        started = time.monotonic()
        live = start_choriste(Path(directory), CHORISTE_MODEL=str(model))
        try:
            live.wait_until_said("prêt :")
            figures.cold_start = time.monotonic() - started
            talk(live.url, texts[:10])
            for parallel in PARALLEL:
                with ThreadPoolExecutor(parallel) as pool:
                    times = [ms for some in pool.map(lambda _: talk(live.url, texts), range(parallel)) for ms in some]
                cuts = statistics.quantiles(times, n=20)
                figures.latency[parallel] = (statistics.median(times), cuts[18])
            figures.memory = {name: resident_mib(pid) for name, pid in children(live).items()}
        finally:
            stop_choriste(live)


def table(results: dict[str, Figures], messages: int, topics: int, examples: int) -> str:
    """The result as Markdown."""
    ours, other = results["Choriste"], results["Rasa default"]
    rows = [
        ("training", "s", ours.train, other.train),
        ("model file", "MiB", ours.model_mib, other.model_mib),
        ("cold start, until both answer", "s", ours.cold_start, other.cold_start),
        ("memory of Rasa", "MiB", ours.memory["Rasa"], other.memory["Rasa"]),
        ("memory of the service", "MiB", ours.memory["service"], other.memory["service"]),
    ]
    for parallel in PARALLEL:
        for name, index in (("p50", 0), ("p95", 1)):
            rows.append(
                (
                    f"{name} of a message, {parallel} conversation(s)",
                    "ms",
                    ours.latency[parallel][index],
                    other.latency[parallel][index],
                )
            )
    lines = [
        "# Service beside Rasa's defaults",
        "",
        "Written by `make bench-service`: the same data, rules and actions; ours (`config.yml`) beside Rasa's own default",
        "pipeline and policies (`bench/service/default_config.yml`), one run on a shared two-core machine: read the ratios.",
        f"{messages} messages a conversation, over the public API, storage included. Both learn from the same",
        f"{examples} examples: {topics} fiches drawn at random and all other intents. (With all fiches one epoch of DIET takes",
        "more than half a minute here, a hundred of them more than an hour.)",
        "",
        "| figure | unit | Choriste | Rasa default | ratio |",
        "|---|---|---:|---:|---:|",
    ]
    lines += [f"| {name} | {unit} | {mine:.0f} | {theirs:.0f} | {mine / theirs:.2f} |" for name, unit, mine, theirs in rows]
    return "\n".join(lines) + "\n"


def main(messages: int = 60, topics: int = 40, most: int = 20) -> None:
    """Measure both, print and write the table."""
    results = {}
    with tempfile.TemporaryDirectory() as directory:
        data, out = Path(directory) / "data", Path(directory) / "models"
        data.mkdir()
        out.mkdir()
        texts = write_sample(data, topics, most)
        asked = random.Random(7).sample(texts, messages)
        for name, config in CONFIGS.items():
            figures = results[name] = Figures()
            typer.echo(f"{name}: training…")
            model, figures.train = train(config, data, out)
            figures.model_mib = model.stat().st_size / 2**20
            typer.echo(f"{name}: serving…")
            measure(model, asked, figures)
    result = table(results, messages, topics, len(texts))
    RESULT.write_text(result, encoding="utf-8")
    typer.echo(result)


if __name__ == "__main__":
    typer.run(main)
