"""What goes wrong: typed, tried again within bounds, secrets nowhere."""

import asyncio
import logging
import traceback
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from pydantic import SecretStr

from assistant.invoices.chorus_pro import ChorusProClient, ChorusProConfig, RechercheFactures
from assistant.invoices.chorus_pro import errors as errors_module
from assistant.invoices.chorus_pro.errors import (
    ChorusProAccessDenied,
    ChorusProAuthenticationError,
    ChorusProBusinessError,
    ChorusProError,
    ChorusProQuotaExceeded,
    ChorusProRequestError,
    ChorusProTimeout,
    ChorusProUnavailable,
    ChorusProUnreadable,
)
from assistant.invoices.chorus_pro.sentences import load_error_sentences
from assistant.invoices.chorus_pro.services import Service
from tests.assistant.invoices.chorus_pro.conftest import MakeClient, Standin
from tests.support.paths import KNOWLEDGE
from tests.support.rasa_stub import unused_port

TOKEN, API = "/api/oauth/token", "/cpro/"


@pytest.mark.parametrize("kind", ["cut", "cut_midway"])
async def test_a_connection_cut_once_is_tried_again(client: ChorusProClient, standin: Standin, kind: str) -> None:
    standin.breaks(kind)
    assert (await client.facture(700001)).numero == "2026-0147"
    assert standin.world.calls(API) == 2


async def test_tries_are_bounded(client: ChorusProClient, standin: Standin) -> None:
    standin.breaks("status", times=99)
    with pytest.raises(ChorusProUnavailable):
        await client.facture(700001)
    assert standin.world.calls(API) == 3


async def test_waits_are_random_and_bounded(make_client: MakeClient, standin: Standin) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    client = make_client({"attempts": 5, "first_wait": 0.25, "longest_wait": 1}, sleep=sleep)
    standin.breaks("status", times=99)
    with pytest.raises(ChorusProUnavailable):
        await client.facture(700001)
    assert len(waits) == 4 == len(set(waits))
    assert all(0 <= wait <= bound for wait, bound in zip(waits, (0.25, 0.5, 1, 1), strict=True))


@pytest.mark.parametrize("as_date", [False, True])
async def test_retry_after_is_honoured(make_client: MakeClient, standin: Standin, as_date: bool) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    when = format_datetime(datetime.now(UTC) + timedelta(seconds=5), usegmt=True) if as_date else "5"
    standin.breaks("status", status=429, retry_after=when)
    assert (await make_client(sleep=sleep).facture(700001)).numero
    assert waits == [pytest.approx(5, abs=2)]


@pytest.mark.parametrize(("said", "tries"), [("3600", 1), ("demain", 3), (None, 3)])
async def test_a_wait_beyond_the_bound_is_not_begun(
    client: ChorusProClient, standin: Standin, said: str | None, tries: int
) -> None:
    standin.breaks("status", status=429, retry_after=said, times=99)
    with pytest.raises(ChorusProQuotaExceeded) as caught:
        await client.facture(700001)
    assert caught.value.retry_after == (3600 if said == "3600" else None)
    assert standin.world.calls(API) == tries


@pytest.mark.parametrize("path", [API, TOKEN])
async def test_a_slow_answer_is_given_up_and_not_asked_again(make_client: MakeClient, standin: Standin, path: str) -> None:
    standin.breaks("slow", path=path, times=9)
    with pytest.raises(ChorusProTimeout):
        await make_client({"timeout": 0.3}).facture(700001)
    assert standin.world.calls(path) == 1


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"kind": "not_json"}, ChorusProUnreadable),
        ({"kind": "no_code"}, ChorusProUnreadable),
        ({"kind": "redirect"}, ChorusProUnreadable),
        ({"kind": "big"}, ChorusProUnreadable),
        ({"kind": "status", "status": 404}, ChorusProRequestError),
        ({"kind": "status", "status": 415}, ChorusProRequestError),
        ({"kind": "status", "status": 400}, ChorusProRequestError),
        ({"kind": "status", "status": 403}, ChorusProAccessDenied),
    ],
)
async def test_what_another_try_would_not_mend_is_not_tried_again(
    make_client: MakeClient, standin: Standin, fault: dict[str, Any], expected: type[ChorusProError]
) -> None:
    standin.breaks(**fault, times=9)
    with pytest.raises(expected):
        await make_client({"max_response_bytes": 1_000_000}).factures(RechercheFactures())
    assert standin.world.calls(API) == 1
    assert standin.world.calls("journal") == 0


@pytest.mark.parametrize("status", [200, 400])
async def test_a_business_error_keeps_an_unknown_code_with_its_service(
    client: ChorusProClient, standin: Standin, status: int
) -> None:
    standin.breaks("business", code=29876, libelle="XYZ_MSG_99.001", status=status)
    with pytest.raises(ChorusProBusinessError) as caught:
        await client.structure(1001)
    assert (caught.value.service, caught.value.code) == (Service.STRUCTURES_CONSULTER, 29876)
    assert caught.value.libelle == "XYZ_MSG_99.001"


async def test_nobody_at_the_address_is_unavailable(make_client: MakeClient) -> None:
    with pytest.raises(ChorusProUnavailable):
        await make_client({"token_url": f"http://127.0.0.1:{unused_port()}/"}).facture(1)


@pytest.mark.parametrize("status", [400, 401])
async def test_an_unknown_application_is_told_after_one_request(make_client: MakeClient, standin: Standin, status: int) -> None:
    standin.breaks("status", path=TOKEN, status=status)
    with pytest.raises(ChorusProAuthenticationError):
        await make_client({"client_secret": SecretStr("faux")}).facture(1)
    assert (standin.world.calls(TOKEN), standin.world.calls(API)) == (1, 0)


async def test_a_wrong_technical_account_is_denied(make_client: MakeClient) -> None:
    with pytest.raises(ChorusProAccessDenied):
        await make_client({"password": SecretStr("faux")}).facture(1)


async def test_the_token_endpoint_is_tried_again_a_bounded_number_of_times(client: ChorusProClient, standin: Standin) -> None:
    standin.breaks("status", path=TOKEN, times=99)
    with pytest.raises(ChorusProUnavailable):
        await client.facture(1)
    assert standin.world.calls(TOKEN) == 3


# --- the token ------------------------------------------------------------------------------------------------------


async def test_the_token_is_kept_from_one_call_to_the_next(client: ChorusProClient, standin: Standin) -> None:
    for _ in range(3):
        await client.facture(700001)
    assert standin.world.calls(TOKEN) == 1


async def test_the_token_is_renewed_before_its_end(make_client: MakeClient, standin: Standin) -> None:
    now = [0.0]
    client = make_client(clock=lambda: now[0])
    await client.facture(700001)
    now[0] = 3600 - 241
    await client.facture(700001)
    assert standin.world.calls(TOKEN) == 1
    now[0] = 3600 - 239
    await client.facture(700001)
    assert (standin.world.calls(TOKEN), standin.world.calls(API)) == (2, 3)


async def test_a_token_still_good_serves_while_no_new_one_can_be_had(make_client: MakeClient, standin: Standin) -> None:
    now = [0.0]
    client = make_client(clock=lambda: now[0])
    await client.facture(700001)
    now[0] = 3500
    standin.breaks("status", path=TOKEN, times=3)
    assert (await client.facture(700001)).numero


@pytest.mark.parametrize("known_to_the_client", [True, False])
async def test_fifty_calls_with_an_expired_token_ask_for_exactly_one_new_one(
    make_client: MakeClient, standin: Standin, known_to_the_client: bool
) -> None:
    now = [0.0]
    client = make_client(clock=lambda: now[0])
    await client.facture(700001)
    standin.world.offset += 4000
    now[0] += 4000 if known_to_the_client else 0
    found = await asyncio.gather(*(client.facture(700001) for _ in range(50)))
    assert {facture.numero for facture in found} == {"2026-0147"} and len(found) == 50
    assert standin.world.calls(TOKEN) == 2


async def test_fifty_first_calls_share_a_refusal(make_client: MakeClient, standin: Standin) -> None:
    client = make_client({"client_secret": SecretStr("faux")})
    found = await asyncio.gather(*(client.facture(1) for _ in range(50)), return_exceptions=True)
    assert all(isinstance(error, ChorusProAuthenticationError) for error in found)
    assert standin.world.calls(TOKEN) == 1


async def test_one_who_leaves_does_not_take_the_token_from_the_others(client: ChorusProClient) -> None:
    leaving = asyncio.create_task(client.facture(700001))
    staying = asyncio.create_task(client.facture(700001))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    leaving.cancel()
    assert (await staying).numero == "2026-0147"
    with pytest.raises(asyncio.CancelledError):
        await leaving


async def test_a_call_refused_twice_is_replayed_once_only(client: ChorusProClient, standin: Standin) -> None:
    standin.breaks("status", status=401, times=99)
    with pytest.raises(ChorusProAuthenticationError):
        await client.facture(700001)
    assert (standin.world.calls(API), standin.world.calls(TOKEN)) == (2, 2)


# --- words and secrets ----------------------------------------------------------------------------------------------


def _classes(of: type[ChorusProError]) -> set[type[ChorusProError]]:
    return {of}.union(*(_classes(one) for one in of.__subclasses__()))


def test_every_class_of_errors_has_its_own_sentence() -> None:
    sentences = load_error_sentences(KNOWLEDGE)
    assert {one.key for one in _classes(errors_module.ChorusProError)} == set(sentences.erreurs)
    assert set(sentences.codes) <= {service.key for service in Service}
    assert len(set(sentences.erreurs.values())) == len(sentences.erreurs)


def test_a_code_has_its_sentence_by_its_service_and_an_unknown_one_that_of_its_class() -> None:
    sentences = load_error_sentences(KNOWLEDGE)
    assert "ce numéro de flux" in sentences.sentence("metier", (Service.FLUX_CR_DETAILLE.key, 20001))
    assert "cette facture" in sentences.sentence("metier", (Service.FACTURES_CONSULTER.key, 29999))
    assert sentences.sentence("metier", (Service.FLUX_CR.key, 29999)) == sentences.erreurs["metier"]


async def test_secrets_are_in_no_log_no_error_and_no_repr(
    make_client: MakeClient, standin: Standin, config: ChorusProConfig, caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    client = make_client({"timeout": 0.5})
    said = [repr(client), repr(config), str(config)]
    for fault in ("status", "cut", "slow", "business", "not_json"):
        for path in (API, TOKEN):
            if path == TOKEN:
                standin.world.offset += 4000
            standin.world.faults[:] = []
            standin.breaks(fault, path=path, times=9)
            try:
                await client.facture(700001)
            except ChorusProError as error:
                said += [repr(error), str(error), *traceback.TracebackException.from_exception(error).format()]
    standin.world.faults[:] = []
    await client.facture(700001)
    captured = capsys.readouterr()
    everything = "\n".join([*said, caplog.text, captured.out, captured.err])
    secrets = [config.client_secret, config.password, config.login, config.client_id]
    assert len(said) > 20 and "chorus_pro_failed" in everything
    for secret in [
        *(one.get_secret_value() for one in secrets),
        *standin.world.tokens,
        client._transport._account.get_secret_value(),
    ]:
        assert secret not in everything
