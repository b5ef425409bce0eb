"""The help-desk as `make run` starts it: the first password is printed once, opens the console, and is in no log."""

import re

import httpx
import pytest

from tests.live import LiveChoriste

pytestmark = pytest.mark.live


def test_the_first_password_is_printed_once_and_opens_the_console(live_choriste: LiveChoriste) -> None:
    told = "".join(live_choriste.said)
    [password] = re.findall(r"mot de passe à usage unique : (\S+)", told)
    for log in live_choriste.data_dir.glob("*.log"):
        assert password not in log.read_text(encoding="utf-8"), log
    with httpx.Client(base_url=live_choriste.url, headers={"Accept": "text/html"}, timeout=30) as http:
        page = http.get("/helpdesk/connexion")
        token = re.search(r'name="csrf" value="([^"]+)"', page.text)
        assert token
        answer = http.post(
            "/helpdesk/connexion",
            data={"csrf": token.group(1), "identifiant": "administrateur@localhost", "mot_de_passe": password},
        )
        assert (answer.status_code, answer.headers["location"]) == (303, "/helpdesk/mot-de-passe")
