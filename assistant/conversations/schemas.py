"""Messages as they travel."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from assistant.conversations.enums import Kind, Sender
from assistant.invoices.timeline.public import TimelinePublic
from assistant.invoices.timeline.schemas import Timeline
from assistant.knowledge.schemas import Saisie, Source


class ButtonPublic(BaseModel):
    """A button to show; only its id comes back."""

    id: str
    title: str


class MessagePublic(BaseModel):
    """A message of the conversation. `text` is a small safe Markdown subset (bold, lists, links)."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    sender: Sender
    kind: Kind
    text: str
    buttons: list[ButtonPublic] = []
    sources: list[Source] = []
    fiche: str | None = None
    confidence: float | None = Field(default=None, ge=0, le=1)
    # Left out where there is none: most messages have none, and the contract's own keys stay as they were.
    timeline: TimelinePublic | None = Field(
        default=None,
        exclude_if=lambda value: value is None,
        description="History of an invoice that the message is about; left out where there is none.",
    )
    saisie: Saisie | None = Field(
        default=None,
        exclude_if=lambda value: value is None,
        description="What a question waits for, so that the right keyboard comes up; left out where any words will do.",
    )


def _between_0_and_1(value: float) -> float:
    # Sums of 32-bit floats: Rasa's sure is now and then 1.0000001.
    return min(max(value, 0.0), 1.0)


class ReplyButton(BaseModel):
    """A button as the dialogue makes it: `payload` is for Rasa only."""

    title: str = Field(max_length=200)
    payload: str


class Reply(BaseModel):
    """A message of the bot before it is stored."""

    kind: Kind
    text: str
    buttons: list[ReplyButton] = []
    sources: list[Source] = []
    fiche: str | None = None
    confidence: Annotated[float, Field(allow_inf_nan=False), AfterValidator(_between_0_and_1)] | None = None
    timeline: Timeline | None = None
    saisie: Saisie | None = None
