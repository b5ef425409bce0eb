"""When is the model trained anew? When what it is made of changed, and only then."""

import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of what the model is made of, with scripts/train.py looking at it."""
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    for name in ("train", "paths", "console"):
        sys.modules.pop(name, None)
    import train

    for part in train._PARTS:
        target = tmp_path / part
        target.parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        copy(ROOT / part, target)
    monkeypatch.setattr(train, "ROOT", tmp_path)
    return tmp_path


def name() -> str:
    import train

    return train.model_path().name


@pytest.mark.parametrize(
    "part",
    [
        "data/nlu/compte.yml",
        "data/stories/repondre.yml",
        "domain.yml",
        "config.yml",
        "assistant/nlu/identifiers.py",
        "data/knowledge/statuts.csv",
    ],
)
def test_a_change_of_what_the_model_is_made_of_asks_for_a_new_model(checkout: Path, part: str) -> None:
    before = name()
    path = checkout / part
    path.write_text(path.read_text(encoding="utf-8") + "\n# changé\n", encoding="utf-8")
    assert name() != before


def test_touching_a_file_or_compiling_it_does_not_ask_for_a_new_model(checkout: Path) -> None:
    before = name()
    (checkout / "config.yml").touch()
    cache = checkout / "assistant" / "nlu" / "__pycache__"
    cache.mkdir(exist_ok=True)
    (cache / "identifiers.cpython-310.pyc").write_bytes(b"x")
    assert name() == before
