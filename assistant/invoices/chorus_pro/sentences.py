"""The sentence that a person reads when Chorus Pro could not be asked: data/knowledge/chorus_pro.yml."""

from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from assistant.invoices.chorus_pro.errors import ChorusProBusinessError, ChorusProError


class ErrorSentences(BaseModel):
    """`erreurs` by the key of the class, `codes` by service then codeRetour."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    erreurs: dict[str, str]
    codes: dict[str, dict[str, str]] = {}

    def sentence(self, error: ChorusProError) -> str:
        """What to tell the person. Raises KeyError for a class that has no sentence."""
        if isinstance(error, ChorusProBusinessError):
            known = self.codes.get(error.service.key, {}).get(str(error.code))
            if known:
                return known
        return self.erreurs[error.key]


def load_error_sentences(path: Path) -> ErrorSentences:
    """Raises ValueError (pydantic's included) when the file is wrong."""
    return ErrorSentences.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
