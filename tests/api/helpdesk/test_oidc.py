"""Sign in by an identity provider: a real one on loopback, that sometimes lies."""

import time
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import pytest_asyncio
from joserfc.jwk import RSAKey

from assistant.helpdesk import accounts
from tests.support.desk import Browser, add_agent, new_browser, sessions_of
from tests.support.http import Service, make_settings, started
from tests.support.oidc_provider import CLIENT_ID, CLIENT_SECRET, OidcServer, running_oidc_provider

ADDRESS = "camille.agent@exemple.fr"


@pytest.fixture(scope="module")
def one_provider() -> Iterator[OidcServer]:
    with running_oidc_provider() as server:
        yield server


@pytest.fixture
def provider(one_provider: OidcServer) -> OidcServer:
    """The provider; the person who signs in has a verified address."""
    one_provider.reset()
    one_provider.person = {"sub": "sujet-1", "email": ADDRESS, "email_verified": True, "given_name": "Camille"}
    return one_provider


def _settings(database_url: str, provider: OidcServer, **changes: Any) -> Any:
    given = {"oidc_issuer": provider.issuer, "oidc_client_id": CLIENT_ID, "oidc_client_secret": CLIENT_SECRET}
    return make_settings(database_url, **{**given, **changes})


@pytest_asyncio.fixture
async def oidc_service(database_url: str, provider: OidcServer) -> AsyncIterator[Service]:
    async with started(_settings(database_url, provider)) as service:
        yield service


async def _to_provider(browser: Browser, suite: str = "") -> str:
    """Press the button; the provider's answer as the address to come back to."""
    answer = await browser.get("/helpdesk/oidc/depart", params={"suite": suite})
    assert answer.status_code == 303, answer.text
    async with httpx.AsyncClient() as http:
        back = await http.get(answer.headers["location"])
    assert back.status_code == 302, back.text
    parts = urlsplit(back.headers["location"])
    assert (parts.netloc, parts.path) == ("choriste.test", "/helpdesk/oidc/retour")
    return f"{parts.path}?{parts.query}"


async def _sign_in(service: Service, suite: str = "") -> tuple[Browser, httpx.Response]:
    browser = new_browser(service)
    return browser, await browser.get(await _to_provider(browser, suite))


def _refused(answer: httpx.Response, how: str = "oidc_refus") -> bool:
    return (answer.status_code, answer.headers.get("location")) == (303, f"/helpdesk/connexion?fait={how}")


async def test_an_account_made_by_an_administrator_is_opened_by_its_verified_address(
    oidc_service: Service, provider: OidcServer
) -> None:
    await add_agent(sessions_of(oidc_service))
    browser = new_browser(oidc_service)
    assert "Se connecter avec ProConnect" in (await browser.get("/helpdesk/connexion")).text
    browser, answer = await _sign_in(oidc_service, "/helpdesk/files/closes")
    assert answer.status_code == 200
    assert 'content="0;url=/helpdesk/files/closes"' in answer.text
    assert (await browser.get("/helpdesk/compte")).status_code == 200
    asked = provider.asked[-1]
    assert asked["scope"] == "openid given_name usual_name email"
    assert "acr_values" not in asked


async def test_the_subject_alone_opens_the_account_from_the_second_time_on(oidc_service: Service, provider: OidcServer) -> None:
    await add_agent(sessions_of(oidc_service))
    await _sign_in(oidc_service)
    provider.person = {"sub": "sujet-1", "email": "mariee@exemple.fr", "email_verified": False}
    browser, _ = await _sign_in(oidc_service)
    assert (await browser.get("/helpdesk/compte")).status_code == 200


async def test_userinfo_as_plain_json_is_taken_too(oidc_service: Service, provider: OidcServer) -> None:
    await add_agent(sessions_of(oidc_service))
    provider.userinfo_as_jwt = False
    browser, _ = await _sign_in(oidc_service)
    assert (await browser.get("/helpdesk/compte")).status_code == 200


async def test_nobody_makes_an_account_for_themselves(oidc_service: Service) -> None:
    _, answer = await _sign_in(oidc_service)
    assert _refused(answer, "oidc_sans_compte")
    assert await accounts.list_agents(sessions=sessions_of(oidc_service)) == []
    page = await new_browser(oidc_service).get(answer.headers["location"])
    assert "aucun compte actif du centre d" in page.text


@pytest.mark.parametrize("verified", [False, None, "true", 1])
async def test_an_address_that_the_provider_does_not_vouch_for_opens_nothing(
    oidc_service: Service, provider: OidcServer, verified: object
) -> None:
    await add_agent(sessions_of(oidc_service))
    provider.person = {"sub": "sujet-1", "email": ADDRESS} | ({} if verified is None else {"email_verified": verified})
    _, answer = await _sign_in(oidc_service)
    assert _refused(answer, "oidc_sans_compte")


async def test_by_setting_the_addresses_of_a_provider_that_sends_no_email_verified_are_trusted(
    database_url: str, provider: OidcServer
) -> None:
    settings = _settings(database_url, provider, oidc_trust_email=True, oidc_acr_values="eidas1", oidc_name="Mon fournisseur")
    async with started(settings) as service:
        await add_agent(sessions_of(service))
        provider.person = {"sub": "sujet-1", "email": ADDRESS, "email_verified": False}
        _, answer = await _sign_in(service)
        assert _refused(answer, "oidc_sans_compte")
        provider.person = {"sub": "sujet-1", "email": ADDRESS}
        browser, _ = await _sign_in(service)
        assert (await browser.get("/helpdesk/compte")).status_code == 200
        assert provider.asked[-1]["acr_values"] == "eidas1"
        assert "Mon fournisseur" in (await new_browser(service).get("/helpdesk/connexion")).text


ID_TOKEN_LIES = {
    "nonce": lambda claims: {**claims, "nonce": "une-autre"},
    "no nonce": lambda claims: {name: value for name, value in claims.items() if name != "nonce"},
    "audience": lambda claims: {**claims, "aud": "un-autre-client"},
    "no audience": lambda claims: {name: value for name, value in claims.items() if name != "aud"},
    "issuer": lambda claims: {**claims, "iss": "https://ailleurs.test"},
    "expired": lambda claims: {**claims, "exp": int(time.time()) - 3600},
    "no end": lambda claims: {name: value for name, value in claims.items() if name != "exp"},
    "azp": lambda claims: {**claims, "azp": "un-autre-client"},
    "subject": lambda claims: {**claims, "sub": "sujet-2"},
}


@pytest.mark.parametrize("lie", ID_TOKEN_LIES)
async def test_an_id_token_that_proves_nothing_opens_nothing(oidc_service: Service, provider: OidcServer, lie: str) -> None:
    await add_agent(sessions_of(oidc_service))
    provider.change_id_token = ID_TOKEN_LIES[lie]
    browser, answer = await _sign_in(oidc_service)
    assert _refused(answer), answer.text
    assert (await browser.get("/helpdesk/compte")).status_code == 303


USERINFO_LIES = {
    "subject": lambda claims: {**claims, "sub": "sujet-2"},
    "audience": lambda claims: {**claims, "aud": "un-autre-client"},
    "issuer": lambda claims: {**claims, "iss": "https://ailleurs.test"},
    "expired": lambda claims: {**claims, "exp": int(time.time()) - 3600},
}


@pytest.mark.parametrize("lie", USERINFO_LIES)
async def test_a_userinfo_that_is_not_this_persons_opens_nothing(oidc_service: Service, provider: OidcServer, lie: str) -> None:
    await add_agent(sessions_of(oidc_service))
    provider.change_userinfo = USERINFO_LIES[lie]
    _, answer = await _sign_in(oidc_service)
    assert _refused(answer), answer.text


async def test_a_token_signed_by_another_key_opens_nothing(oidc_service: Service, provider: OidcServer) -> None:
    await add_agent(sessions_of(oidc_service))
    provider.signing_key = RSAKey.generate_key(2048, {"kid": "une"})
    _, answer = await _sign_in(oidc_service)
    assert _refused(answer)


async def test_a_key_that_the_provider_changed_is_fetched_anew(oidc_service: Service, provider: OidcServer) -> None:
    await add_agent(sessions_of(oidc_service))
    await _sign_in(oidc_service)
    before = provider.key
    provider.key = RSAKey.generate_key(2048, {"kid": "deux", "use": "sig", "alg": "RS256"})
    try:
        browser, _ = await _sign_in(oidc_service)
        assert (await browser.get("/helpdesk/compte")).status_code == 200
    finally:
        provider.key = before


async def test_the_answer_counts_in_the_browser_that_asked_only_and_once(oidc_service: Service) -> None:
    await add_agent(sessions_of(oidc_service))
    asked = new_browser(oidc_service)
    back = await _to_provider(asked)
    assert _refused(await new_browser(oidc_service).get(back))
    state = parse_qs(urlsplit(back).query)["state"][0]
    assert _refused(await asked.get(back.replace(state, "x" * len(state))))
    # That answer took the flow's cookie away: the right one comes too late.
    assert _refused(await asked.get(back))


async def test_a_cookie_that_somebody_changed_is_no_flow(oidc_service: Service) -> None:
    await add_agent(sessions_of(oidc_service))
    browser = new_browser(oidc_service)
    back = await _to_provider(browser)
    cookie = browser.http.cookies["choriste_desk_oidc"]
    browser.http.cookies.clear()
    browser.http.cookies.set("choriste_desk_oidc", "A" + cookie[1:])
    assert _refused(await browser.get(back))


async def test_a_provider_that_refuses_or_is_away_leaves_the_log_in_by_password(database_url: str, provider: OidcServer) -> None:
    async with started(_settings(database_url, provider)) as service:
        browser = new_browser(service)
        await _to_provider(browser)
        state = provider.asked[-1]["state"]
        assert _refused(await browser.get(f"/helpdesk/oidc/retour?error=access_denied&state={state}"))
    async with started(_settings(database_url, provider, oidc_issuer="http://127.0.0.1:9")) as service:
        answer = await new_browser(service).get("/helpdesk/oidc/depart")
        assert _refused(answer, "oidc_injoignable")


async def test_without_its_settings_there_is_no_button_and_no_way(database_url: str, provider: OidcServer) -> None:
    for missing in ("oidc_issuer", "oidc_client_id", "oidc_client_secret"):
        async with started(_settings(database_url, provider, **{missing: None})) as service:
            browser = new_browser(service)
            assert "oidc" not in (await browser.get("/helpdesk/connexion")).text
            assert (await browser.get("/helpdesk/oidc/depart")).status_code == 404
            assert (await browser.get("/helpdesk/oidc/retour")).status_code == 404


async def test_the_flows_cookie_goes_with_the_answer_from_the_other_site_and_is_taken_back(oidc_service: Service) -> None:
    await add_agent(sessions_of(oidc_service))
    browser = new_browser(oidc_service)
    leaving = await browser.get("/helpdesk/oidc/depart")
    cookie = leaving.headers["set-cookie"]
    assert cookie.startswith("choriste_desk_oidc=")
    assert "SameSite=lax" in cookie
    assert "HttpOnly" in cookie
    _, answer = await _sign_in(oidc_service)
    taken = [one for one in answer.headers.get_list("set-cookie") if one.startswith("choriste_desk_oidc=")]
    assert "Max-Age=0" in taken[0]
