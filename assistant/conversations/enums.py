"""Who speaks, and what a message is (public contract, DESIGN §4)."""

from enum import StrEnum


class Sender(StrEnum):
    """Who wrote a message."""

    USER = "user"
    BOT = "bot"
    AGENT = "agent"


class Kind(StrEnum):
    """What a message is, so that a client can show it rightly."""

    USER = "message"
    GREETING = "greeting"
    ANSWER = "answer"
    CHOICES = "choices"
    QUESTION = "question"
    RECAP = "recap"
    DONE = "done"
    UNKNOWN = "unknown"
    OUT_OF_SCOPE = "out_of_scope"
    NOTICE = "notice"
    ERROR = "error"
