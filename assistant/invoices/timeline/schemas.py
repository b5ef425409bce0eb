"""The steps that a timeline shows."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints


class Mark(StrEnum):
    """What a step means for the supplier: behind, where it stands, something to do, over."""

    PASSE = "passe"
    EN_COURS = "en_cours"
    A_FAIRE = "a_faire"
    TERMINE = "termine"


Line = Annotated[str, StringConstraints(max_length=300)]


class TimelineStep(BaseModel):
    """One status: its code, its French name, since when, by whom, with which comment (plain text, no markup)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Annotated[str, StringConstraints(max_length=60)]
    libelle: Line
    le: date
    par: Line = ""
    commentaire: Annotated[str, StringConstraints(max_length=600)] = ""
    marque: Mark = Mark.PASSE


class Timeline(BaseModel):
    """Oldest step first. `titre` names the invoice, and the demonstration when it is one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    titre: Line
    etapes: list[TimelineStep] = Field(max_length=60)
