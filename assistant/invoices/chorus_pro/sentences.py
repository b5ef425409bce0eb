"""The sentence that a person reads when Chorus Pro could not be asked: data/knowledge/chorus_pro.yml."""

from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

FILE = "chorus_pro.yml"
# In `codes`: whatever the codeRetour of this service.
ANY_CODE = "*"


class ErrorSentences(BaseModel):
    """`erreurs` by the key of the class (errors.py), `codes` by service then codeRetour."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    erreurs: dict[str, str]
    codes: dict[str, dict[str, str]] = {}

    def sentence(self, kind: str, code: tuple[str, int] | None = None) -> str:
        """What to tell the person; `code` is the service with its codeRetour. Raises KeyError for a kind without a sentence."""
        if code is not None:
            service, number = code
            known = self.codes.get(service, {})
            for name in (str(number), ANY_CODE):
                if name in known:
                    return known[name]
        return self.erreurs[kind]


def load_error_sentences(knowledge_dir: Path) -> ErrorSentences:
    """The file in data/knowledge. Raises ValueError (pydantic's included) when it is wrong."""
    return ErrorSentences.model_validate(yaml.safe_load((knowledge_dir / FILE).read_text(encoding="utf-8")))
