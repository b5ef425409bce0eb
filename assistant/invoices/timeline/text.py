"""A timeline as text, for those who do not see the picture."""

from collections.abc import Sequence

from assistant.invoices.timeline.schemas import Mark, TimelineStep

# The same words as under the picture's marks.
MARK_WORDS = {
    Mark.PASSE: "",
    Mark.EN_COURS: "état actuel",
    Mark.A_FAIRE: "état actuel, à vous d'agir",
    Mark.TERMINE: "dernier état",
}


def timeline_text(steps: Sequence[TimelineStep]) -> str:
    """One Markdown list entry a step, oldest first; empty without steps."""
    return "\n".join(f"- {line(step)}" for step in steps)


def line(step: TimelineStep) -> str:
    """« 12/10/2026 : Suspendue (par le destinataire ; état actuel) — « motif » »."""
    details = " ; ".join(part for part in (step.par, MARK_WORDS[step.marque]) if part)
    said = f" — « {step.commentaire} »" if step.commentaire else ""
    return f"{step.le:%d/%m/%Y} : {step.libelle}{f' ({details})' if details else ''}{said}"
