"""The controls' texts: data/knowledge/controles/*.yml, one entry a control."""

import string
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter

from assistant.invoices.schemas import Finding, Observation, Severity
from assistant.knowledge.schemas import Source

# What a file may hold can be long, and the sentence must stay one.
MAX_VALUE = 160


def _only_named_values(template: str) -> str:
    for _, name, spec, conversion in string.Formatter().parse(template):
        if name is not None and (not name.isidentifier() or spec or conversion):
            raise ValueError(f"« {{{name}}} » : seuls des noms simples sont admis entre accolades.")
    return template


class Control(BaseModel):
    """One control: `constat` is a sentence whose names between braces are filled by the rule's values."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    id: str = Field(pattern=r"^[A-Z0-9]+(-[A-Z0-9]+)+$")
    titre: str = Field(max_length=90)
    gravite: Severity
    constat: Annotated[str, AfterValidator(_only_named_values)]
    correction: str
    source: Source
    anomalie: str | None = None
    fiche: str | None = None


class Catalogue:
    """All controls by id."""

    def __init__(self, controls: list[Control]) -> None:
        self._controls = {control.id: control for control in controls}
        if len(self._controls) != len(controls):
            raise ValueError("Deux contrôles portent le même identifiant.")

    def __iter__(self) -> Iterator[Control]:
        return iter(self._controls.values())

    def __contains__(self, control_id: str) -> bool:
        return control_id in self._controls

    def get(self, control_id: str) -> Control | None:
        """The control, None for an unknown id (a talk may be older than the controls)."""
        return self._controls.get(control_id)

    def finding(self, observation: Observation, severity: Severity | None = None) -> Finding:
        """The observation in words; `severity` softens the control's own. Raises KeyError for an unknown id or value."""
        control = self._controls[observation.id]
        values = {name: _shorten(value) for name, value in observation.values.items()}
        return Finding(
            id=control.id,
            severity=severity or control.gravite,
            title=control.titre,
            found=control.constat.format_map(values),
            where=observation.where,
            fix=control.correction,
            source=control.source,
            anomaly=control.anomalie,
            fiche=control.fiche,
        )


def _shorten(value: str) -> str:
    line = " ".join(value.split())
    return line if len(line) <= MAX_VALUE else line[: MAX_VALUE - 1] + "…"


def load_catalogue(folder: Path) -> Catalogue:
    """Every `*.yml` of the folder. Raises ValueError (pydantic's included) when one is wrong."""
    adapter = TypeAdapter(list[Control])
    controls = [
        control
        for path in sorted(folder.glob("*.yml"))
        for control in adapter.validate_python(yaml.safe_load(path.read_text(encoding="utf-8")) or [])
    ]
    return Catalogue(controls)
