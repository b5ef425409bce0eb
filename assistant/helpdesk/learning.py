"""Learning from what went wrong: the one import for the console's page. Nothing trains itself: people propose, then decide."""

from assistant.helpdesk.group_board import GroupBoard, Tableau
from assistant.helpdesk.review import (
    ReviewNotFound,
    ReviewRefused,
    decide_review,
    list_domains,
    list_intents,
    list_review,
    propose_example,
    propose_fiche_stub,
)
from assistant.helpdesk.review_export import ExportFile, export_archive, export_review
from assistant.helpdesk.unanswered import FicheVoisine, Groupe, Groupes, Question, Raison, list_groups

__all__ = [
    "ExportFile",
    "FicheVoisine",
    "GroupBoard",
    "Groupe",
    "Groupes",
    "Question",
    "Raison",
    "ReviewNotFound",
    "ReviewRefused",
    "Tableau",
    "decide_review",
    "export_archive",
    "export_review",
    "list_domains",
    "list_groups",
    "list_intents",
    "list_review",
    "propose_example",
    "propose_fiche_stub",
]
