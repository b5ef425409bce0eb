"""Where one message asks several things: the questions in it, each with the circumstances it needs. Pure functions, no Rasa."""

import json
import re
from pathlib import Path
from typing import Dict, List

from assistant.nlu.french_text import fold, words

MOST_QUESTIONS = 3

_WORDS: Dict[str, List[str]] = json.loads(Path(__file__).with_name("question_words.json").read_text(encoding="utf-8"))
# How a question begins, in folded text. « ou » is left out: without its accent it is mostly « or ».
_OPENINGS = frozenset(_WORDS["openings"])
_PHRASES = tuple(f"{phrase} " for phrase in _WORDS["phrases"])
# Words that make no subject by themselves: « Que faire ? », « Et pourquoi ? » belong to the question before.
_WITHOUT_SUBJECT = frozenset(_WORDS["without_subject"])

_SENTENCE_END = re.compile(r"(?<=[?!;])\s+|(?<=[^\W\d]{3}\.)\s+|(?<=\d{4}\.)\s+")
_JOINED = re.compile(r",?\s+(?:et|puis|ensuite|aussi)\s+(?:aussi\s+|puis\s+|sinon\s+)?", re.IGNORECASE)
_JOIN_AT_START = re.compile(r"^(?:et|puis|ensuite|aussi|sinon|autre question|deuxieme question)\b[\s,:]*")


def is_question(sentence: str) -> bool:
    """A question mark at its end, or words that open a question at its beginning."""
    return sentence.rstrip().endswith("?") or _opens_a_question(sentence)


def _opens_a_question(sentence: str) -> bool:
    start = _JOIN_AT_START.sub("", fold(sentence).strip())
    first = start.split(" ", 1)[0].strip(",.:?!")
    return first in _OPENINGS or start.startswith(_PHRASES)


def _has_subject(text: str) -> bool:
    return len([word for word in words(text) if word not in _WITHOUT_SUBJECT]) >= 2


def _pieces(text: str) -> List[str]:
    """Sentences, and within a question the further question that « et comment… » joins to it."""
    pieces: List[str] = []
    for sentence in _SENTENCE_END.split(text):
        if not is_question(sentence):
            pieces.append(sentence)
            continue
        start = 0
        for joint in _JOINED.finditer(sentence):
            if (
                _opens_a_question(sentence[joint.end() :])
                and _has_subject(sentence[joint.end() :])
                and sentence[start : joint.start()]
            ):
                pieces.append(sentence[start : joint.start()].rstrip(" ?") + " ?")
                start = joint.end()
        pieces.append(sentence[start:])
    return [piece.strip() for piece in pieces if piece.strip()]


def split_questions(text: str) -> List[str]:
    """The questions of a message, at most three, in order; `[text]` when it asks one thing or none.

    Sentences that ask nothing are the circumstances of the next question, a question without a subject of its own belongs to the
    one before.

    >>> split_questions("Comment créer un compte ? Et combien de jours pour être payé par une mairie ?")
    ['Comment créer un compte ?', 'Et combien de jours pour être payé par une mairie ?']
    >>> split_questions("Ma facture est rejetée. Que faire ?")
    ['Ma facture est rejetée. Que faire ?']
    """
    questions: List[str] = []
    circumstances: List[str] = []
    for piece in _pieces(text):
        own = is_question(piece) and (_has_subject(piece) or (circumstances and _has_subject(" ".join(circumstances))))
        if own and len(questions) < MOST_QUESTIONS:
            questions.append(" ".join([*circumstances, piece]))
            circumstances = []
        elif is_question(piece) and questions:
            questions[-1] = " ".join([questions[-1], *circumstances, piece])
            circumstances = []
        else:
            circumstances.append(piece)
    if len(questions) < 2:
        return [text]
    questions[-1] = " ".join([questions[-1], *circumstances])
    return questions
