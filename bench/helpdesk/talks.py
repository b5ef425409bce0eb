"""Made-up conversations for the measure: what supervision counts of the assistant, and what the learning page groups.

Only here, in databases that are thrown away: people's questions are the fiches' own, said in other ways.
"""

import random
import uuid
from datetime import datetime, timedelta
from typing import Any

from assistant.conversations.enums import Kind, Sender
from assistant.database import Base, Sessions, now, write_transaction
from assistant.helpdesk.enums import Relais
from assistant.helpdesk.seed import insert_rows, look_at_statistics
from assistant.knowledge.load import Knowledge

BATCH = 5_000
_DAYS = 730
_TABLES = ("conversation", "message", "button", "feedback")
# What the bot made of a question, and how often.
_KINDS = (Kind.ANSWER, Kind.CHOICES, Kind.UNKNOWN, Kind.OUT_OF_SCOPE)
_WEIGHTS = (74, 12, 10, 4)
_BEFORE = ("", "", "bonjour, ", "svp ", "dites moi ", "je voudrais savoir ", "urgent : ", "petite question, ")
_AFTER = ("", "", " ?", " merci", " svp", " depuis hier", " pour ma mairie", " je suis perdue", " sur chorus pro")

Rows = dict[str, list[dict[str, Any]]]


async def fill_talks(*, sessions: Sessions, knowledge: Knowledge, count: int, seed: int = 5) -> None:
    """Write `count` conversations of the last two years: one to three questions each, answers, choices, votes, hand-overs."""
    maker = _Talks(knowledge, count, now(), seed)
    for start in range(0, count, BATCH):
        rows: Rows = {name: [] for name in _TABLES}
        for number in range(start, min(start + BATCH, count)):
            maker.one(number, rows)
        async with write_transaction(sessions) as session:
            for name in _TABLES:
                await insert_rows(session, Base.metadata.tables[name], rows[name])
    await look_at_statistics(sessions)


class _Talks:
    def __init__(self, knowledge: Knowledge, count: int, moment: datetime, seed: int) -> None:
        self.chance = random.Random(seed)
        self.fiches = list(knowledge.fiches.values())
        self.count, self.moment = count, moment

    def one(self, number: int, rows: Rows) -> None:
        """One conversation, with all that it has."""
        chance = self.chance
        opened = self.moment - timedelta(days=_DAYS) * (1 - number / self.count) - timedelta(minutes=chance.random())
        talk = self._id()
        # Few people wait for a person at the same time.
        handed = number > self.count - 500 and chance.random() < 0.04
        rows["conversation"].append(
            {
                "id": talk,
                "token_hash": "x",
                "rasa_sender": self._id(),
                "cree_le": opened,
                "relais": Relais.ATTENTE if handed else None,
            }
        )
        position = 1
        self._message(rows, talk, position, Sender.BOT, Kind.GREETING, "Bonjour, que puis-je faire pour vous ?", opened)
        for _ in range(chance.choice((1, 1, 2, 3))):
            fiche = chance.choice(self.fiches)
            at = opened + timedelta(seconds=20 * position)
            self._message(rows, talk, position + 1, Sender.USER, Kind.USER, self._asked(fiche.questions), at)
            kind = chance.choices(_KINDS, _WEIGHTS)[0]
            known = {"fiche": fiche.id, "confidence": round(0.5 + chance.random() / 2, 3)} if kind is Kind.ANSWER else {}
            answer = self._message(rows, talk, position + 2, Sender.BOT, kind, f"Réponse : {fiche.titre}.", at, **known)
            if kind is Kind.CHOICES:
                rows["button"] += [
                    {"id": self._id(), "conversation_id": talk, "message_id": answer, "title": one.titre[:200], "payload": "/x"}
                    for one in chance.sample(self.fiches, 3)
                ]
            if chance.random() < 0.08:
                useful = chance.random() < 0.7
                rows["feedback"].append({"message_id": answer, "useful": useful, "reason": None, "comment": None, "cree_le": at})
            position += 2

    def _asked(self, questions: list[str]) -> str:
        """As somebody else would type it."""
        chance = self.chance
        text = chance.choice(questions).rstrip(" ?").lower()
        if chance.random() < 0.5:
            at = chance.randrange(len(text))
            text = text[:at] + text[at + 1 :]
        return f"{chance.choice(_BEFORE)}{text}{chance.choice(_AFTER)}"

    def _message(
        self, rows: Rows, talk: str, position: int, sender: Sender, kind: Kind, text: str, at: datetime, **known: Any
    ) -> str:
        number = self._id()
        values = {"id": number, "conversation_id": talk, "position": position, "sender": sender, "kind": kind, "text": text}
        given: dict[str, Any] = {"fiche": None, "confidence": None, **known}
        rows["message"].append({**values, "buttons": [], "sources": [], "cree_le": at, **given})
        return number

    def _id(self) -> str:
        return str(uuid.UUID(int=self.chance.getrandbits(128), version=4))
