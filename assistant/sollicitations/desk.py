"""What the rules of sollicitations need to know of the desk: its knowledge, its hours, its targets."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from assistant.helpdesk.hours import OpeningHours
from assistant.knowledge.load import Knowledge
from assistant.settings import Settings
from assistant.sollicitations.enums import Priorite

_HOUR = 3600


@dataclass(frozen=True)
class Desk:
    """Built once. `targets`: seconds of opening hours until the first answer is due."""

    knowledge: Knowledge
    hours: OpeningHours
    targets: Mapping[Priorite, int]

    def due(self, priorite: Priorite, moment: datetime) -> datetime:
        """When the answer to what comes in at `moment` is due."""
        return self.hours.add_seconds(moment, self.targets[priorite])


def build_desk(*, settings: Settings, knowledge: Knowledge) -> Desk:
    """The desk as the settings have it."""
    return Desk(
        knowledge=knowledge,
        hours=OpeningHours.parse(settings.helpdesk_hours, ZoneInfo(settings.helpdesk_zone)),
        targets={priorite: round(hours * _HOUR) for priorite, hours in settings.helpdesk_target_hours.items()},
    )
