"""Models of replies with variables (data/knowledge/modeles_reponse.yml). Filling in is plain replacement: no code, no markup."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from assistant.knowledge.load import KnowledgeError

FILE = "modeles_reponse.yml"

# What each variable stands for; the words are shown where a value is missing.
VARIABLES: Mapping[str, str] = {
    "numero": "numéro de la demande",
    "categorie": "sujet",
    "facture": "numéro de facture",
    "siret": "SIRET",
    "pieces": "ce qui manque",
    "ou_ecrire": "où écrire",
    "fiche": "titre de la fiche",
    "fiche_adresse": "adresse de la fiche",
    "date": "date",
    "agent": "votre nom",
}
# What the one-click actions of the console send.
PIECES_MANQUANTES, VERS_ORGANISME_PUBLIC = "pieces_manquantes", "vers_organisme_public"
TO_FILL = re.compile(r"\[à compléter : [^\]]*\]")

_VARIABLE = re.compile(r"\{([^{}]*)\}")


class ReplyModel(BaseModel):
    """A text to start from. Raises ValidationError for a variable that does not exist."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9_]{2,40}$")
    titre: str = Field(max_length=60)
    usage: Literal["reponse", "complement", "transfert", "cloture"]
    categories: list[str] = []
    texte: str

    @model_validator(mode="after")
    def _known_variables(self) -> Self:
        unknown = sorted(set(_VARIABLE.findall(self.texte)) - set(VARIABLES))
        if unknown:
            raise ValueError(f"variables inconnues : {', '.join(unknown)}")
        return self

    def fill(self, values: Mapping[str, str | None]) -> str:
        """The text with the values in place; a missing one becomes « [à compléter : …] ». Values are never read as models."""

        def value(match: re.Match[str]) -> str:
            return values.get(match.group(1)) or f"[à compléter : {VARIABLES[match.group(1)]}]"

        return _VARIABLE.sub(value, self.texte).strip()


def load_reply_models(directory: Path, categories: Mapping[str, object]) -> dict[str, ReplyModel]:
    """All models by id, in the order of the file. Raises KnowledgeError listing every problem."""
    path = directory / FILE
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        entries = content["modeles"]
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise KnowledgeError([f"{path}: {error!r}"]) from error
    models: dict[str, ReplyModel] = {}
    problems: list[str] = []
    for entry in entries:
        try:
            model = ReplyModel.model_validate(entry)
        except ValidationError as error:
            problems += [f"{path}, {entry!r:.40}: {item['msg']}" for item in error.errors()]
            continue
        problems += [f"{path}, {model.id}: catégorie inconnue « {name} »" for name in model.categories if name not in categories]
        if model.id in models:
            problems.append(f"{path}: « {model.id} » existe deux fois")
        models[model.id] = model
    problems += [
        f"{path}: le modèle « {name} » manque" for name in (PIECES_MANQUANTES, VERS_ORGANISME_PUBLIC) if name not in models
    ]
    if problems:
        raise KnowledgeError(problems)
    return models


def still_to_fill(texte: str) -> list[str]:
    """What a reply made from a model still lacks: « [à compléter : numéro de facture] »."""
    return TO_FILL.findall(texte)
