"""The desk as the settings have it."""

from datetime import UTC, datetime

from assistant.knowledge.load import Knowledge
from assistant.settings import Settings
from assistant.sollicitations.desk import Desk, build_desk
from assistant.sollicitations.enums import Priorite


def make(knowledge: Knowledge, **changes: object) -> Desk:
    return build_desk(settings=Settings(_env_file=None, environment="test", **changes), knowledge=knowledge)  # type: ignore[arg-type]


def test_hours_zone_and_targets_come_from_the_settings(knowledge: Knowledge) -> None:
    desk = make(
        knowledge,
        helpdesk_hours="lun 08:00-10:00",
        helpdesk_zone="America/Cayenne",
        helpdesk_target_hours="normale=1.5",
    )
    assert desk.knowledge is knowledge
    assert desk.targets == {Priorite.URGENTE: 7200, Priorite.HAUTE: 25200, Priorite.NORMALE: 5400, Priorite.BASSE: 126000}
    # Monday 8:00 in Cayenne is 11:00 in UTC.
    monday = datetime(2026, 11, 23, 11, tzinfo=UTC)
    assert desk.hours.next_opening(datetime(2026, 11, 20, tzinfo=UTC)) == monday
    assert desk.due(Priorite.NORMALE, monday) == datetime(2026, 11, 23, 12, 30, tzinfo=UTC)


def test_the_more_urgent_is_due_first(desk: Desk) -> None:
    moment = datetime(2026, 11, 24, 20, tzinfo=UTC)
    due = [desk.due(priorite, moment) for priorite in (Priorite.URGENTE, Priorite.HAUTE, Priorite.NORMALE, Priorite.BASSE)]
    assert due == sorted(due)
    assert len(set(due)) == 4
