"""POST /api/v1/invoices/check: what is taken, what is refused, what is left behind (nothing), what a conversation gets.

The check itself has its own tests: here a checker that answers what the test wants stands for the workers, but in the last ones.
"""

import asyncio
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from api import invoice_upload
from assistant.invoices.schemas import CheckOptions, CheckReport, InvoiceKey
from assistant.invoices.service import Busy
from tests.support import files
from tests.support.http import Service, make_settings, started
from tests.support.rasa_stub import RasaStub
from tests.support.reports import finding, read, report

PATH = "/api/v1/invoices/check"
PDF = ("facture.pdf", files.pdf(), "application/pdf")
SIRET = "73282932000074"


class Checker:
    """Answers `say`; `seen` holds what it was asked, and whether the file was there."""

    def __init__(self, say: Callable[[], CheckReport]) -> None:
        self.say = say
        self.seen: list[tuple[Path, str, CheckOptions]] = []
        self.contents: list[bytes] = []
        self.wait: asyncio.Event | None = None
        self.asked = asyncio.Event()

    async def start(self) -> None:
        """Nothing runs."""

    async def check(self, path: Path, *, name: str, options: CheckOptions) -> CheckReport:
        self.seen.append((path, name, options))
        self.contents.append(path.read_bytes())  # noqa: ASYNC240 - a test's own small file
        self.asked.set()
        if self.wait is not None:
            await self.wait.wait()
        return self.say()


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of temporary files, which must be empty again at the end."""
    folder = tmp_path / "temporaire"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.rglob("*")) == []


@pytest.fixture
def checker(service: Service, temporary: Path) -> Checker:
    """In place of the workers, for this service."""
    return install(service, Checker(lambda: report(finding())))


def install(service: Service, checker: Checker) -> Checker:
    # The context is frozen: it is the same object for all routes.
    object.__setattr__(service.app.state.context, "invoices", checker)
    return checker


def left_in(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file()]


async def check(service: Service, file: Any = PDF, headers: dict[str, str] | None = None, **data: str) -> httpx.Response:
    return await service.http.post(PATH, files={"file": file}, data=data, headers=headers)


async def test_the_report_comes_back_as_json(service: Service, checker: Checker) -> None:
    response = await check(service)
    assert response.status_code == 200
    body = response.json()
    assert body["verdict"] == "refus_probable"
    assert body["findings"][0]["id"] == "NUM-LONG"
    assert body["messages"] == []
    assert checker.contents == [files.pdf()]


async def test_what_the_person_knows_goes_along(service: Service, checker: Checker) -> None:
    await check(service, siret_destinataire="732 829 320 00074", code_service_exige="oui", engagement_exige="non", cadre="a1")
    [(_, name, options)] = checker.seen
    assert name == "facture.pdf"
    assert (options.siret_destinataire, options.code_service_exige, options.engagement_exige) == (SIRET, True, False)
    assert options.cadre == "A1"


async def test_what_is_not_said_is_unknown(service: Service, checker: Checker) -> None:
    await check(service, code_service_exige="")
    options = checker.seen[0][2]
    assert (options.siret_destinataire, options.code_service_exige, options.engagement_exige, options.cadre) == (None,) * 4


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("siret_destinataire", "73282932000075", "clé de contrôle"),
        ("siret_destinataire", "732829320", "SIREN"),
        ("code_service_exige", "peut-être", "oui"),
        ("engagement_exige", "2", "non"),
        ("cadre", "A99", "A1 à A25"),
        ("couleur", "bleu", "pas attendu"),
    ],
)
async def test_a_wrong_parameter_is_refused_in_french_before_anything_is_checked(
    service: Service, checker: Checker, field: str, value: str, told: str
) -> None:
    response = await check(service, **{field: value})
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["code"] == "demande_non_valable"
    assert [one["champ"] for one in problem["erreurs"]] == [field]
    assert told in problem["detail"]
    assert checker.seen == []


async def test_a_form_without_file_says_so(service: Service, checker: Checker) -> None:
    for sent in ({"data": {"cadre": "A1"}}, {"files": {"file": ("", b"", "application/pdf")}}, {"json": {}}, {}):
        response = await service.http.post(PATH, **sent)  # type: ignore[arg-type]
        assert response.status_code == 422, sent
        assert response.json()["code"] == "fichier_absent"


async def test_several_files_are_refused(service: Service, checker: Checker) -> None:
    response = await service.http.post(PATH, files=[("file", PDF), ("file", PDF)])
    assert (response.status_code, response.json()["code"]) == (422, "plusieurs_fichiers")
    assert checker.seen == []


async def test_a_broken_form_is_refused(service: Service, checker: Checker) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    response = await service.http.post(PATH, content=b"--y\r\nnothing", headers=headers)
    assert response.status_code in (400, 422)
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Factures\\f.pdf", "f.pdf"),
        ("facture\u202efdp.exe", "facturefdp.exe"),
        ("<img src=x onerror=alert(1)>.pdf", "<img src=x onerror=alert(1)>.pdf"),
    ],
)
async def test_the_file_lies_under_a_name_of_ours_and_its_own_is_cleaned(
    service: Service, checker: Checker, temporary: Path, given: str, shown: str
) -> None:
    assert (await check(service, (given, files.pdf(), "application/pdf"))).status_code == 200
    path, name, _ = checker.seen[0]
    assert path.name == "facture" and path.parent.parent == temporary
    assert name == shown


async def test_nothing_is_left_after_a_check_that_fails(service: Service, checker: Checker) -> None:
    def fail() -> CheckReport:
        raise RuntimeError("broken")

    checker.say = fail
    assert (await check(service)).status_code == 500


async def test_nothing_is_left_after_a_request_that_is_cancelled(service: Service, checker: Checker, temporary: Path) -> None:
    checker.wait = asyncio.Event()
    request = asyncio.create_task(check(service))
    await checker.asked.wait()
    assert left_in(temporary) == ["facture"]
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    assert left_in(temporary) == []
    checker.wait = None
    assert (await check(service)).status_code == 200, "its place is free again"


async def test_nothing_is_left_of_an_upload_that_breaks_off(service: Service, checker: Checker) -> None:
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="f.pdf"\r\nContent-Type: application/pdf\r\n\r\n'
    incoming = [
        {"type": "http.request", "body": head + b"a" * 2_000_000, "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return incoming.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": PATH,
        "raw_path": PATH.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(b"content-type", b"multipart/form-data; boundary=x")],
        "client": ("192.0.2.1", 50000),
        "server": ("choriste.test", 80),
    }
    await service.app(scope, receive, send)
    assert sent[0]["status"] == 400
    assert checker.seen == []
    assert (await check(service)).status_code == 200, "its place is free again"


async def test_a_file_above_the_limit_is_cut_off_while_it_comes_in(
    database_url: str, rasa: RasaStub, temporary: Path, remembered_vectors: None
) -> None:
    settings = make_settings(database_url, rasa_url=rasa.url, invoice_max_file_mb=1, invoice_max_lot_mb=1)
    async with started(settings) as service:
        checker = install(service, Checker(lambda: report()))
        for size in (1024 * 1024 + 1, 3 * 1024 * 1024):
            response = await check(service, ("f.pdf", b"a" * size, "application/pdf"))
            assert response.status_code == 413
            assert "scindez le lot" in response.json()["detail"].lower()
        assert checker.seen == []
        assert (await check(service, ("f.pdf", b"a" * 1024 * 1024, "application/pdf"))).status_code == 200


async def test_one_check_too_many_at_once_is_told_to_try_again(
    database_url: str, rasa: RasaStub, temporary: Path, remembered_vectors: None
) -> None:
    settings = make_settings(database_url, rasa_url=rasa.url, invoice_workers=1, invoice_queue=0)
    async with started(settings) as service:
        checker = install(service, Checker(lambda: report()))
        checker.wait = asyncio.Event()
        first = asyncio.create_task(check(service))
        await checker.asked.wait()
        second = await check(service)
        assert second.status_code == 503
        assert second.json()["code"] == "verifications_en_cours"
        assert "Réessayez" in second.json()["detail"] and second.headers["retry-after"] == "5"
        page = await service.http.post("/verifier", files={"file": PDF}, headers={"Accept": "text/html"})
        assert page.status_code == 503 and "Réessayez" in page.text
        checker.wait.set()
        assert (await first).status_code == 200
        assert (await check(service)).status_code == 200


async def test_workers_without_room_are_told_the_same_way(service: Service, checker: Checker) -> None:
    def full() -> CheckReport:
        raise Busy("Trop de vérifications.")

    checker.say = full
    response = await check(service)
    assert (response.status_code, response.json()["code"]) == (503, "verifications_en_cours")


async def test_checks_from_one_address_are_throttled(
    database_url: str, rasa: RasaStub, temporary: Path, remembered_vectors: None
) -> None:
    async with started(make_settings(database_url, rasa_url=rasa.url, invoice_checks_per_minute=2)) as service:
        install(service, Checker(lambda: report()))
        assert [(await check(service)).status_code for _ in range(3)] == [200, 200, 429]


# --- in a conversation ----------------------------------------------------------------------------------------------


async def test_with_its_token_the_report_becomes_a_message_of_the_conversation(service: Service, checker: Checker) -> None:
    talk = await service.open()
    response = await check(service, headers=talk.headers, conversation=talk.id)
    deposit, told = response.json()["messages"]
    assert (deposit["sender"], deposit["text"]) == ("user", "Facture à vérifier : « facture.pdf »")
    assert (told["sender"], told["kind"]) == ("bot", "answer")
    assert told["text"].startswith("**Refus probable**")
    assert [button["title"] for button in told["buttons"]] == ["Comment corriger ?", "Préparer une sollicitation"]
    assert [message["id"] for message in (await talk.read())[-2:]] == [deposit["id"], told["id"]]


async def test_the_buttons_of_the_report_come_back_to_rasa(service: Service, checker: Checker, rasa: RasaStub) -> None:
    talk = await service.open()
    told = (await check(service, headers=talk.headers, conversation=talk.id)).json()["messages"][1]
    await talk.press(told["buttons"][0]["id"])
    assert rasa.received[-1]["message"] == '/fiche{"sujet": "anomalie:ANO-16"}'


@pytest.mark.parametrize("case", ["no token", "wrong token", "no conversation", "unknown conversation"])
async def test_without_the_right_token_nothing_is_checked_nor_said(service: Service, checker: Checker, case: str) -> None:
    talk, other = await service.open(), await service.open()
    headers = {"no token": None, "wrong token": other.headers}.get(case, talk.headers)
    conversation = {"no conversation": "", "unknown conversation": "inconnue"}.get(case, talk.id)
    response = await check(service, headers=headers, conversation=conversation)
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    assert checker.seen == []
    assert len(await talk.read()) == 1


async def test_a_number_checked_before_in_the_conversation_is_told_to_the_check(service: Service, checker: Checker) -> None:
    fields = [read("numero", "F-12"), read("siret_fournisseur", SIRET), read("date", "2026-03-02")]
    checker.say = lambda: report(fields=fields)
    talk = await service.open()
    for content in (b"%PDF-1.4 un", b"%PDF-1.4 deux"):
        await check(service, ("f.pdf", content, "application/pdf"), headers=talk.headers, conversation=talk.id)
    await check(service)
    key = InvoiceKey(SIRET, "F-12", 2026)
    assert [key in options.already_checked for _, _, options in checker.seen] == [False, True, False]


async def test_an_iban_of_the_file_is_masked_before_the_message_is_stored(service: Service, checker: Checker) -> None:
    checker.say = lambda: report(finding(found="L'IBAN FR7630006000011234567890189 est faux."))
    talk = await service.open()
    await check(service, headers=talk.headers, conversation=talk.id)
    assert "FR7630006000011234567890189" not in str(await talk.read())


# --- the real workers -----------------------------------------------------------------------------------------------


async def test_real_workers_answer_and_leave_nothing_of_good_bad_and_hostile_files(
    database_url: str, rasa: RasaStub, temporary: Path, remembered_vectors: None
) -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><x>&b;</x>'
    async with started(make_settings(database_url, rasa_url=rasa.url, invoice_workers=1)) as service:
        for name, content, verdicts in (
            ("scan.pdf", files.pdf(), {"illisible"}),
            ("abime.pdf", files.pdf()[:300], {"illisible", "refus_probable"}),
            ("vide.pdf", b"", {"illisible", "refus_probable"}),
            ("bombe.xml", bomb, {"illisible", "refus_probable"}),
            ("lot.zip", files.archive(), {"illisible", "refus_probable"}),
        ):
            response = await check(service, (name, content, "application/octet-stream"))
            assert response.status_code == 200, response.text
            body = response.json()
            assert body["file"]["name"] == name
            assert body["verdict"] in verdicts, name
            assert body["findings"] or body["unread"]


# --- leftovers ------------------------------------------------------------------------------------------------------


def test_what_a_killed_process_left_is_swept_and_nothing_else(temporary: Path) -> None:
    left = temporary / f"{invoice_upload.PREFIX}abc"
    left.mkdir()
    (left / "facture").write_bytes(b"x")
    other = temporary / "autre"
    other.mkdir()
    assert invoice_upload.sweep() == 0, "an hour old at least"
    assert invoice_upload.sweep(before=time.time() + 1) == 1
    assert [path.name for path in temporary.iterdir()] == ["autre"]
    other.rmdir()
