"""Train the model when what it is made of has changed; the model's name holds the hash of all that.

Run: python3 scripts/train.py    (prints the model's path on its last line)
"""

import contextlib
import hashlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from console import give_up, say
from paths import MODELS, ROOT, tool

_KEPT_MODELS = 3
_PARTS = (
    "config.yml",
    "domain.yml",
    "data/nlu",
    "data/stories",
    "data/knowledge/statuts.csv",
    "assistant/nlu",
    "requirements/rasa.txt",
)


def rasa_environment() -> dict[str, str]:
    """The environment of every Rasa process: no telemetry, no cache of its own, quiet libraries."""
    return {
        **os.environ,
        "RASA_TELEMETRY_ENABLED": "false",
        # Our own hash decides whether to train; Rasa's cache does not see the tables that components read.
        "RASA_MAX_CACHE_SIZE": "0",
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "ignore",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "CUDA_VISIBLE_DEVICES": "-1",
    }


def model_path() -> Path:
    """Where the model of the present files is, or would be."""
    digest = hashlib.sha256()
    for path in _files():
        digest.update(str(path.relative_to(ROOT)).encode())
        digest.update(path.read_bytes())
    return MODELS / f"choriste-{digest.hexdigest()[:16]}.tar.gz"


def _files() -> Iterator[Path]:
    for part in _PARTS:
        path = ROOT / part
        found = sorted(path.rglob("*")) if path.is_dir() else [path]
        yield from (file for file in found if file.is_file() and "__pycache__" not in file.parts)


def ensure_model() -> Path:
    """Train if needed; returns the model's path."""
    model = model_path()
    if model.is_file():
        return model
    MODELS.mkdir(exist_ok=True)
    say("entraînement du modèle (trois à sept minutes sur deux cœurs)…")
    started = time.monotonic()
    log = MODELS / "entrainement.log"
    name = model.name[: -len(".tar.gz")]
    unfinished = MODELS / "en-cours"
    shutil.rmtree(unfinished, ignore_errors=True)
    command = [tool("rasa", "rasa"), "train", "--fixed-model-name", name, "--out", str(unfinished)]
    with log.open("w", encoding="utf-8") as handle:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**rasa_environment(), **_placeholders()}, stdout=handle, stderr=subprocess.STDOUT
        )
        _show_progress(process, log)
    if process.returncode != 0:
        tail = "\n".join(log.read_text(encoding="utf-8").splitlines()[-25:])
        how = f"arrêté par le signal {-process.returncode}" if process.returncode < 0 else f"code {process.returncode}"
        give_up(f"l'entraînement a échoué ({how}). Fin du journal ({log}) :\n{tail}")
    # Moved only when whole: a stopped training never leaves a model that looks finished.
    (unfinished / model.name).replace(model)
    shutil.rmtree(unfinished)
    _forget_old(model)
    say(f"modèle entraîné en {time.monotonic() - started:.0f} s.")
    return model


def _placeholders() -> dict[str, str]:
    """endpoints.yml names variables that training never uses, but Rasa wants them all to exist."""
    return {"CHORISTE_ACTIONS_URL": "http://127.0.0.1:1/", "CHORISTE_ACTIONS_TOKEN": "-", "CHORISTE_RASA_DB": os.devnull}


def _show_progress(process: "subprocess.Popen[bytes]", log: Path) -> None:
    shown = 0
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=5)
        lines = [line for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if " INFO " in line]
        for line in lines[shown:]:
            say("  " + line.split(" - ", 1)[-1].strip()[:110])
        shown = len(lines)
        if process.returncode is not None:
            return


def _forget_old(current: Path) -> None:
    models = sorted(MODELS.glob("choriste-*.tar.gz"), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in models[_KEPT_MODELS:]:
        if old != current:
            old.unlink()
    shutil.rmtree(ROOT / ".rasa" / "cache", ignore_errors=True)


if __name__ == "__main__":
    print(ensure_model().relative_to(ROOT))
