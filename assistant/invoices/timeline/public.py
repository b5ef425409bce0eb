"""A timeline as clients get it: the steps, the picture and the same as text."""

import hashlib

from pydantic import computed_field

from assistant.invoices.timeline.schemas import Timeline
from assistant.invoices.timeline.svg import render_timeline_svg
from assistant.invoices.timeline.text import timeline_text


class TimelinePublic(Timeline):
    """`svg` is a whole <svg> element without script, style or outside address; `texte` says the same as a Markdown list."""

    @computed_field  # type: ignore[prop-decorator]  # pydantic's own way
    @property
    def svg(self) -> str:
        ident = hashlib.sha256(self.model_dump_json(include={"titre", "etapes"}).encode()).hexdigest()[:12]
        return render_timeline_svg(self.etapes, self.titre, f"frise-{ident}") if self.etapes else ""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def texte(self) -> str:
        return timeline_text(self.etapes)
