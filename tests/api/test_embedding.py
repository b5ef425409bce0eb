"""The widget on other sites: nobody by default, only those named, only what the widget calls."""

import pytest
from pydantic import ValidationError

from assistant.helpdesk.passwords import hash_password
from assistant.settings import Settings
from tests.support.http import Service, make_settings, really_started, sqlite_url

SITE = "https://www.exemple.fr"
PREFLIGHT = {
    "Origin": SITE,
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization,content-type,idempotency-key",
}


@pytest.fixture
async def open_service(tmp_path):
    settings = make_settings(sqlite_url(tmp_path / "x.db"), widget_origins=frozenset({SITE}))
    async with really_started(settings) as service:
        yield service


async def test_by_default_no_other_site_may_call_nor_load_the_widget(service: Service) -> None:
    answer = await service.http.post("/api/v1/conversations", headers={"Origin": SITE})
    assert "access-control-allow-origin" not in answer.headers
    assert (await service.http.options("/api/v1/conversations", headers=PREFLIGHT)).status_code == 405
    assert (await service.http.get("/widget.js")).headers["cross-origin-resource-policy"] == "same-origin"


async def test_a_site_that_was_named_may_load_the_widget_and_make_its_calls(open_service: Service) -> None:
    assert (await open_service.http.get("/widget.js")).headers["cross-origin-resource-policy"] == "cross-origin"
    preflight = await open_service.http.options("/api/v1/conversations", headers=PREFLIGHT)
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == SITE
    assert "access-control-allow-credentials" not in preflight.headers, "no cookie ever goes along"
    assert preflight.headers["x-content-type-options"] == "nosniff"
    answer = await open_service.http.get("/api/v1/fiches?limite=1", headers={"Origin": SITE})
    assert answer.headers["access-control-allow-origin"] == SITE
    assert "Origin" in answer.headers["vary"]


async def test_a_site_that_was_named_may_give_the_access_code_and_send_what_it_was_exchanged_for(database_url) -> None:
    hashed = await hash_password("porte-bleue-tasse-verte")
    settings = make_settings(database_url, widget_origins=frozenset({SITE}), access_code_hash=hashed)
    async with really_started(settings) as locked:
        asked = {**PREFLIGHT, "Access-Control-Request-Headers": "content-type,x-choriste-acces"}
        assert (await locked.http.options("/api/v1/conversations", headers=asked)).status_code == 200
        assert (await locked.http.options("/api/v1/acces", headers=asked)).status_code == 200
        refused = await locked.http.post("/api/v1/conversations", headers={"Origin": SITE})
        # The browser lets the widget read why: it then asks for the code.
        assert (refused.status_code, refused.json()["code"]) == (401, "acces_requis")
        assert refused.headers["access-control-allow-origin"] == SITE
        code = {"code": "porte-bleue-tasse-verte"}
        given = await locked.http.post("/api/v1/acces", json=code, headers={"Origin": SITE})
        assert given.headers["access-control-allow-origin"] == SITE and "set-cookie" not in given.headers
        held = {"Origin": SITE, "X-Choriste-Acces": given.json()["jeton"]}
        assert (await locked.http.post("/api/v1/conversations", headers=held)).status_code == 201


async def test_a_site_that_was_not_named_and_calls_that_are_not_the_widgets_stay_closed(open_service: Service) -> None:
    other = await open_service.http.get("/api/v1/fiches?limite=1", headers={"Origin": "https://autre.example"})
    assert "access-control-allow-origin" not in other.headers
    for path in ("/", "/helpdesk/connexion", "/api/v1/sollicitations", "/health/live"):
        answer = await open_service.http.get(path, headers={"Origin": SITE})
        assert "access-control-allow-origin" not in answer.headers, path
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize("wrong", ["*", "exemple.fr", "https://exemple.fr/page", "null", "ftp://exemple.fr"])
def test_what_is_no_origin_is_refused_with_a_sentence(wrong, monkeypatch) -> None:
    monkeypatch.setenv("CHORISTE_WIDGET_ORIGINS", wrong)
    with pytest.raises(ValidationError, match="n'est pas une origine"):
        Settings()


def test_origins_are_read_apart_by_commas(monkeypatch) -> None:
    monkeypatch.setenv("CHORISTE_WIDGET_ORIGINS", "https://www.exemple.fr/, https://aide.exemple.fr:8443")
    assert Settings().widget_origins == {SITE, "https://aide.exemple.fr:8443"}
