"""So many times a minute, for each key."""

from api.throttle import Throttle


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_what_is_within_the_limit_passes_and_the_rest_waits_until_the_first_is_a_minute_old() -> None:
    clock = Clock()
    throttle = Throttle(2, clock)
    assert throttle.seconds_to_wait("a") == 0
    clock.now += 20
    assert throttle.seconds_to_wait("a") == 0
    clock.now += 10
    assert throttle.seconds_to_wait("a") == 31
    clock.now += 29.9
    assert throttle.seconds_to_wait("a") == 1
    clock.now += 0.1
    assert throttle.seconds_to_wait("a") == 0
    assert throttle.seconds_to_wait("a") == 21


def test_a_refused_attempt_is_not_counted() -> None:
    clock = Clock()
    throttle = Throttle(1, clock)
    assert throttle.seconds_to_wait("a") == 0
    for _ in range(100):
        assert throttle.seconds_to_wait("a") > 0
    clock.now += 60
    assert throttle.seconds_to_wait("a") == 0


def test_looking_counts_nothing() -> None:
    clock = Clock()
    throttle = Throttle(1, clock)
    assert [throttle.seconds_left("a") for _ in range(3)] == [0, 0, 0]
    assert throttle.seconds_to_wait("a") == 0
    assert throttle.seconds_left("a") == 61
    clock.now += 60
    assert throttle.seconds_left("a") == 0


def test_each_key_has_its_own_count() -> None:
    throttle = Throttle(1, Clock())
    assert [throttle.seconds_to_wait(key) for key in ("a", "b", "a", "c")] == [0, 0, 61, 0]


def test_memory_is_bounded_and_the_key_used_last_is_kept(monkeypatch: object) -> None:
    throttle = Throttle(1, Clock())
    for number in range(50_001):
        throttle.seconds_to_wait(str(number))
    assert len(throttle._times) == 50_000
    assert throttle.seconds_to_wait("50000") > 0
    assert throttle.seconds_to_wait("0") == 0
