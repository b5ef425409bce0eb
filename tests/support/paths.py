"""Where things stand in the project."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KNOWLEDGE = ROOT / "data" / "knowledge"
TRIAGE = ROOT / "data" / "triage"
