"""The history of an invoice as a picture (SVG) and as text: the same steps, in the same order."""

from assistant.invoices.timeline.schemas import Mark, Timeline, TimelineStep
from assistant.invoices.timeline.svg import render_timeline_svg
from assistant.invoices.timeline.text import timeline_text

__all__ = ["Mark", "Timeline", "TimelineStep", "render_timeline_svg", "timeline_text"]
