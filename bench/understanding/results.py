"""What is kept of each method (bench/understanding/results.json). Figures only: no question, no message."""

from pathlib import Path

from pydantic import BaseModel, RootModel

from bench.understanding.scores import Bin

PATH = Path(__file__).with_name("results.json")


class Data(BaseModel):
    """What it learned from. `fingerprint` changes when the examples do."""

    topics: int
    examples: int
    fingerprint: str
    all_data: bool


class HeldOut(BaseModel):
    """Messages of data/nlu held out in turn: `folds` of the fifths. Shares in 0–1."""

    folds: int
    messages: int
    accuracy: float
    macro_f1: float
    in_three: float
    bins: list[Bin]


class Answered(BaseModel):
    """Verdicts over a set of questions; `taught`: also in data/nlu; `refused`: of the `offtopic` ones, no answer, no choices."""

    questions: int
    taught: int
    right: int
    choices: int
    unknown: int
    wrong: int
    offtopic: int
    refused: int


class Cost(BaseModel):
    """Seconds, MiB, milliseconds a message."""

    training: float
    memory: float
    p50: float
    p95: float


class Result(BaseModel):
    """All about one method. `threshold`: set on our own questions. `bins`: calibration over both sets of questions."""

    title: str
    date: str
    data: Data
    held_out: HeldOut
    threshold: float
    development: Answered
    own: Answered
    bins: list[Bin]
    cost: Cost


class Results(RootModel[dict[str, Result]]):
    """By the method's name."""

    @classmethod
    def read(cls) -> "Results":
        """What was measured so far."""
        return cls.model_validate_json(PATH.read_bytes()) if PATH.is_file() else cls({})

    def write(self) -> None:
        """Keep it, the names in alphabetical order."""
        ordered = Results(dict(sorted(self.root.items())))
        PATH.write_text(ordered.model_dump_json(indent=1) + "\n", encoding="utf-8")
