"""The follow-up of invoices as the settings have it."""

from collections.abc import Callable
from datetime import date
from zoneinfo import ZoneInfo

from assistant.database import now
from assistant.invoices.chorus_pro.client import ChorusProClient
from assistant.invoices.chorus_pro.config import ChorusProConfig
from assistant.invoices.chorus_pro.lookup import ChorusProLookup
from assistant.invoices.lookup.demonstration import DemonstrationLookup, load_demonstration
from assistant.invoices.lookup.follow_up import InvoiceFollowUp
from assistant.invoices.lookup.own_structures import OwnStructuresOnly
from assistant.invoices.lookup.port import InvoiceLookup
from assistant.invoices.lookup.schemas import LookupMode
from assistant.invoices.lookup.texts import load_texts
from assistant.knowledge.load import Knowledge
from assistant.settings import Settings

DEMONSTRATION_FILE = "factures.yml"


class NoOperatorSource(Exception):
    """Operator mode without an account at Chorus Pro: the sentence says what to do."""


def build_follow_up(*, settings: Settings, knowledge: Knowledge, today: Callable[[], date] | None = None) -> InvoiceFollowUp:
    """Wire it. Whatever the source, it is asked through OwnStructuresOnly. Raises NoOperatorSource."""
    zone = ZoneInfo(settings.helpdesk_zone)
    clock = today or (lambda: now().astimezone(zone).date())
    return InvoiceFollowUp(_source(settings, knowledge, clock), knowledge, load_texts(settings.knowledge_dir), clock)


def _source(settings: Settings, knowledge: Knowledge, clock: Callable[[], date]) -> InvoiceLookup | None:
    match settings.lookup_mode:
        case LookupMode.DEMO:
            content = load_demonstration(settings.demonstration_dir / DEMONSTRATION_FILE)
            return OwnStructuresOnly(DemonstrationLookup(content, clock), content.exploitant)
        case LookupMode.OPERATOR:
            if not settings.chorus_pro_enabled:
                raise NoOperatorSource(
                    "CHORISTE_LOOKUP_MODE=operator : l'accès à Chorus Pro n'est pas complet, il manque "
                    f"{', '.join(settings.chorus_pro_missing)}. Donnez ces réglages, ou choisissez « demo » ou « off »."
                )
            client = ChorusProClient(ChorusProConfig.from_settings(settings), knowledge.statuts.keys())
            return OwnStructuresOnly(ChorusProLookup(client), settings.operator_sirets)
    return None
