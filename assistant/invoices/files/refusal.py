"""A file that is not read further."""

from collections.abc import Mapping

from assistant.invoices.schemas import Observation, Place


class Refused(Exception):
    """Reading stops here; `observation` says why, in the terms of data/knowledge/controles/fichier.yml."""

    def __init__(self, control_id: str, values: Mapping[str, str] | None = None, where: Place | None = None) -> None:
        super().__init__(control_id)
        self.observation = Observation(control_id, where or Place(), values or {})
