"""The made-up data, the tokens given, and the faults asked for."""

import itertools
import secrets
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).with_name("demonstration.yml")


@dataclass
class Fault:
    """What goes wrong with the next `times` calls whose path holds `path`.

    `kind`: status, slow, cut, cut_midway, business, not_json, no_code, big, redirect, replay_page.
    """

    kind: str
    path: str = "/cpro/"
    times: int = 1
    status: int = 503
    retry_after: str | None = None
    seconds: float = 30
    code: int = 20999
    libelle: str = "ZZZ_MSG_00.000"


@dataclass
class World:
    """One server's state. `offset` moves its clock forward, in seconds."""

    data: dict[str, Any] = field(default_factory=lambda: yaml.safe_load(DATA.read_text(encoding="utf-8")))
    lifetime: float = 3600
    offset: float = 0
    empty_as_code: bool = True
    page_facts: bool = True
    tokens: dict[str, float] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    journal: list[str] = field(default_factory=list)
    flux_read: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        identifiers = itertools.count(710001)
        self.factures: list[dict[str, Any]] = list(self.data["factures"])
        for statut in self.data["un_par_statut"]:
            self.factures.append(
                {
                    "identifiantFactureCPP": next(identifiers),
                    "numeroFacture": f"DEMO-{statut}",
                    "idDestinataire": 1001,
                    "dateFacture": "2026-10-01",
                    "dateDepot": "2026-10-02",
                    "montantTTC": 10,
                    "statut": statut,
                    "dateHeureEtatCourant": "2026-10-03T10:00:00.000+0200",
                    "historique": [[statut, "2026-10-03 10:00", ""], ["DEPOSEE", "2026-10-02 10:00", ""]],
                }
            )
        self.structures = {one["id"]: one for one in self.data["structures"]}

    def now(self) -> float:
        return time.monotonic() + self.offset

    def new_token(self) -> str:
        token = secrets.token_urlsafe(24)
        self.tokens[token] = self.now() + self.lifetime
        return token

    def knows(self, token: str) -> bool:
        return self.tokens.get(token, 0) > self.now()

    def take_fault(self, path: str) -> Fault | None:
        for fault in self.faults:
            if fault.path in path and fault.times > 0:
                fault.times -= 1
                return fault
        return None

    def calls(self, part: str) -> int:
        """How many calls held `part` in their path."""
        return sum(part in path for path in self.journal)
