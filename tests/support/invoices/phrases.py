"""The sentences of the check as they stand in data/knowledge."""

from assistant.invoices.reporting import load_phrases
from tests.support.paths import KNOWLEDGE

PHRASES = load_phrases(KNOWLEDGE)
