"""Log-in, log-out, first password: what a browser sees."""

import html
from datetime import timedelta

import httpx
from sqlalchemy import select, update

from assistant.database import now, transaction
from assistant.helpdesk import accounts
from assistant.helpdesk.enums import Role
from assistant.helpdesk.models import Agent, AgentSession
from tests.support.desk import PASSWORD, add_agent, new_browser, sessions_of, signed_in, token_of
from tests.support.http import Service, make_settings, started


async def test_the_right_password_opens_the_console_and_the_way_goes_on_where_it_began(service: Service) -> None:
    agent = await add_agent(sessions_of(service))
    browser = new_browser(service)
    refused = await browser.get("/helpdesk/files/closes?q=abc")
    assert refused.status_code == 303
    assert refused.headers["location"] == "/helpdesk/connexion?suite=%2Fhelpdesk%2Ffiles%2Fcloses%3Fq%3Dabc"
    answer = await browser.log_in(agent.identifiant, suite="/helpdesk/files/closes?q=abc")
    assert (answer.status_code, answer.headers["location"]) == (303, "/helpdesk/files/closes?q=abc")
    page = await browser.get("/helpdesk/compte")
    assert page.status_code == 200
    assert agent.nom in page.text


async def test_every_refusal_reads_the_same_whatever_is_wrong(service: Service) -> None:
    sessions = sessions_of(service)
    await add_agent(sessions, nom="Juste Ici")
    await add_agent(sessions, nom="Parti", actif=False)
    await add_agent(sessions, nom="Fermé", identifiant="ferme@exemple.fr", bloque_jusque=now() + timedelta(minutes=5))
    pages = []
    for identifiant, password in (
        ("juste.ici@exemple.fr", "faux mot de passe"),
        ("inconnu@exemple.fr", PASSWORD),
        ("parti@exemple.fr", PASSWORD),
        ("ferme@exemple.fr", PASSWORD),
        ("juste.ici@exemple.fr\x00", PASSWORD),
    ):
        browser = new_browser(service)
        answer = await browser.log_in(identifiant, password)
        assert answer.status_code == 422
        assert "La connexion est refusée." in answer.text
        assert password not in answer.text
        pages.append(answer.text.replace(token_of(answer), "").replace(identifiant.replace("\x00", ""), "").replace("\x00", ""))
    assert len(set(pages)) == 1, "two refusals differ"


async def test_an_address_that_tries_too_often_must_wait(database_url: str) -> None:
    async with started(make_settings(database_url, helpdesk_logins_per_minute=2)) as service:
        browser = new_browser(service)
        for _ in range(2):
            assert (await browser.log_in("personne@exemple.fr", "faux mot de passe")).status_code == 422
        answer = await browser.log_in("personne@exemple.fr", "faux mot de passe")
        assert answer.status_code == 429
        assert "Trop d'essais depuis votre adresse. Attendez" in html.unescape(answer.text)
        assert 'value="personne@exemple.fr"' in answer.text


async def test_the_cookie_is_strict_and_hidden_from_scripts_and_has_the_host_prefix_over_https(service: Service) -> None:
    agent = await add_agent(sessions_of(service))
    plain = (await new_browser(service).log_in(agent.identifiant)).headers.get_list("set-cookie")
    assert any(cookie.startswith("choriste_desk=") for cookie in plain)
    assert all("HttpOnly" in cookie and "SameSite=strict" in cookie and "Path=/" in cookie for cookie in plain)

    transport = httpx.ASGITransport(service.app, client=("192.0.2.9", 5))
    async with httpx.AsyncClient(transport=transport, base_url="https://choriste.test", headers={"Accept": "text/html"}) as http:
        token = token_of(await http.get("/helpdesk/connexion"))
        answer = await http.post(
            "/helpdesk/connexion", data={"csrf": token, "identifiant": agent.identifiant, "mot_de_passe": PASSWORD}
        )
        assert answer.status_code == 303
        given = [cookie for cookie in answer.headers.get_list("set-cookie") if "Max-Age=0" not in cookie]
        assert [cookie.partition("=")[0] for cookie in given] == ["__Host-choriste_desk"]
        assert "Secure" in given[0]
        assert "HttpOnly" in given[0]


async def test_in_production_the_cookie_is_secure_even_when_a_proxy_hides_https(database_url: str) -> None:
    settings = make_settings(database_url, environment="production", actions_token="un-secret-assez-long-pour-la-production")
    async with started(settings) as service:
        answer = await new_browser(service).get("/helpdesk/connexion")
        assert answer.headers["set-cookie"].startswith("__Host-choriste_desk_connexion=")
        assert "Secure" in answer.headers["set-cookie"]


async def test_a_log_in_form_of_another_site_is_refused(service: Service) -> None:
    agent = await add_agent(sessions_of(service))
    fields = {"identifiant": agent.identifiant, "mot_de_passe": PASSWORD}
    browser = new_browser(service)
    without_cookie = await browser.http.post("/helpdesk/connexion", data={**fields, "csrf": "x" * 43})
    assert without_cookie.status_code == 403
    assert "Cette page de connexion a expiré." in without_cookie.text
    token = token_of(await browser.get("/helpdesk/connexion"))
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://ailleurs.test"},
        {"Origin": "null"},
    ):
        answer = await browser.http.post("/helpdesk/connexion", data={**fields, "csrf": token}, headers=headers)
        assert answer.status_code == 403, headers
    answer = await browser.http.post(
        "/helpdesk/connexion", data={**fields, "csrf": token}, headers={"Origin": "http://choriste.test"}
    )
    assert answer.status_code == 303


async def test_a_path_to_another_site_is_never_followed_after_log_in(service: Service) -> None:
    agent = await add_agent(sessions_of(service))
    for suite in (
        "https://ailleurs.test/",
        "//ailleurs.test/helpdesk",
        "/helpdesk//ailleurs",
        "/\\ailleurs",
        "/",
        "javascript:alert(1)",
    ):
        answer = await new_browser(service).log_in(agent.identifiant, suite=suite)
        assert answer.headers["location"] == "/helpdesk", suite


async def test_a_one_time_password_opens_nothing_but_the_choice_of_ones_own(service: Service) -> None:
    sessions = sessions_of(service)
    created = await accounts.create_agent(sessions=sessions, identifiant="neuve@exemple.fr", nom="Neuve", role=Role.SUPERVISEUR)
    browser = new_browser(service)
    answer = await browser.log_in("neuve@exemple.fr", created.password)
    assert answer.headers["location"] == "/helpdesk/mot-de-passe"
    for path in ("/helpdesk", "/helpdesk/files/a_trier", "/helpdesk/compte"):
        assert (await browser.get(path)).headers["location"] == "/helpdesk/mot-de-passe"
    as_json = await browser.get("/helpdesk/flux", headers={"Accept": "text/event-stream"})
    assert (as_json.status_code, as_json.json()["code"]) == (403, "mot_de_passe_a_changer")

    page = await browser.get("/helpdesk/mot-de-passe")
    assert "Choisissez votre mot de passe" in page.text
    fields = {"actuel": created.password, "nouveau": "une phrase bien longue", "encore": "une phrase bien longue"}
    weak = await browser.post("/helpdesk/mot-de-passe", token_of(page), **{**fields, "nouveau": "court", "encore": "court"})
    assert weak.status_code == 422
    assert "12 caractères au moins" in weak.text
    wrong = await browser.post("/helpdesk/mot-de-passe", token_of(page), **{**fields, "actuel": "pas celui-là du tout"})
    assert "Le mot de passe actuel n&#39;est pas celui-là." in wrong.text
    differs = await browser.post("/helpdesk/mot-de-passe", token_of(page), **{**fields, "encore": "une autre phrase longue"})
    assert "Les deux saisies du nouveau mot de passe sont différentes." in differs.text
    done = await browser.post("/helpdesk/mot-de-passe", token_of(page), **fields)
    assert (done.status_code, done.headers["location"]) == (303, "/helpdesk?fait=mot_de_passe")
    assert (await browser.get("/helpdesk/compte")).status_code == 200


async def test_changing_the_password_ends_the_other_browsers_and_renews_this_one(service: Service) -> None:
    agent = await add_agent(sessions_of(service))
    first, second = await signed_in(service, agent), await signed_in(service, agent)
    before = dict(second.http.cookies)
    answer = await second.post("/helpdesk/mot-de-passe", actuel=PASSWORD, nouveau="tout autre chose", encore="tout autre chose")
    assert answer.status_code == 303
    assert dict(second.http.cookies) != before
    assert (await second.get("/helpdesk/compte")).status_code == 200
    assert (await first.get("/helpdesk/compte")).status_code == 303


async def test_logging_out_ends_the_session_for_good(service: Service) -> None:
    browser = await signed_in(service, await add_agent(sessions_of(service)))
    stolen = dict(browser.http.cookies)
    answer = await browser.post("/helpdesk/deconnexion")
    assert answer.headers["location"] == "/helpdesk/connexion?fait=deconnexion"
    assert "Vous êtes déconnecté." in (await browser.get(answer.headers["location"])).text
    again = new_browser(service)
    again.http.cookies.update(stolen)
    assert (await again.get("/helpdesk/compte")).status_code == 303


async def test_a_log_in_ends_the_session_that_the_browser_had(service: Service) -> None:
    sessions = sessions_of(service)
    agent = await add_agent(sessions)
    browser = await signed_in(service, agent)
    await browser.log_in(agent.identifiant)
    async with sessions() as session:
        assert len(list(await session.scalars(select(AgentSession)))) == 1


async def test_one_can_end_ones_other_sessions(service: Service) -> None:
    agent = await add_agent(sessions_of(service))
    one, other = await signed_in(service, agent), await signed_in(service, agent)
    assert "1 autre navigateur est connecté" in (await one.get("/helpdesk/compte")).text
    await one.post("/helpdesk/compte/sessions")
    assert (await other.get("/helpdesk/compte")).status_code == 303
    assert "Aucune." in (await one.get("/helpdesk/compte")).text


async def test_what_was_typed_is_given_back_when_the_session_ended_meanwhile(service: Service) -> None:
    sessions = sessions_of(service)
    agent = await add_agent(sessions)
    browser = await signed_in(service, agent)
    token = await browser.csrf()
    await accounts.end_all_sessions(sessions=sessions, agent_id=agent.id)
    answer = await browser.post("/helpdesk/sollicitations/CHO-2026-000001/reponse", token, texte="Une longue <b>réponse</b>")
    assert answer.status_code == 401
    assert "Votre session est terminée" in answer.text
    assert "Une longue &lt;b&gt;réponse&lt;/b&gt;" in answer.text
    assert token not in answer.text


async def test_a_link_from_another_site_comes_in_by_a_page_that_goes_on_by_itself(service: Service) -> None:
    browser = new_browser(service)
    answer = await browser.get("/helpdesk/files/closes", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 200
    assert 'content="0;url=/helpdesk/files/closes"' in answer.text


async def test_pages_of_the_console_are_kept_by_no_cache_and_their_form_says_where_it_comes_from(service: Service) -> None:
    browser = await signed_in(service, await add_agent(sessions_of(service)))
    page = await browser.get("/helpdesk/compte")
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "same-origin"
    assert "default-src 'none'" in page.headers["content-security-policy"]


async def test_no_password_and_no_token_reach_the_log(service: Service) -> None:
    agent = await add_agent(sessions_of(service))
    browser = await signed_in(service, agent)
    await new_browser(service).log_in(agent.identifiant, "un secret de travers")
    cookie = browser.http.cookies["choriste_desk"]
    assert "desk_login" in service.log
    for secret in (PASSWORD, "un secret de travers", cookie, agent.identifiant):
        assert secret not in service.log


async def test_a_deactivated_agent_is_out_at_the_next_click(service: Service) -> None:
    sessions = sessions_of(service)
    agent = await add_agent(sessions)
    browser = await signed_in(service, agent)
    async with transaction(sessions) as session:
        await session.execute(update(Agent).where(Agent.id == agent.id).values(actif=False))
    assert (await browser.get("/helpdesk/compte")).status_code == 303
