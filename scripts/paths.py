"""Where things are in a checkout. Standard library only: these scripts run before anything is installed."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENVS = ROOT / ".venv"
MODELS = ROOT / "models"
REQUIREMENTS = ROOT / "requirements"


def data_dir() -> Path:
    """Database, Rasa's working memory and logs (CHORISTE_DATA_DIR, else var/ in the checkout)."""
    return Path(os.environ.get("CHORISTE_DATA_DIR") or ROOT / "var").resolve()


def tool(side: str, name: str) -> str:
    """A program of one of the two environments."""
    return str(VENVS / side / "bin" / name)
