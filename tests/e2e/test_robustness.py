"""Bad input, other people's tokens, killed processes: a clear answer, never silence, nothing lost."""

import os
import signal
import sqlite3
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.e2e.conftest import Talk
from tests.live import LiveChoriste, start_choriste, stop_choriste

pytestmark = pytest.mark.live


def is_problem(response: httpx.Response, status: int, code: str) -> bool:
    body = response.json()
    return (
        response.status_code == status
        and response.headers["content-type"].startswith("application/problem+json")
        and body["code"] == code
        and body["status"] == status
        and body["request_id"] == response.headers["x-request-id"]
        and "Traceback" not in response.text
    )


def test_an_empty_message_gets_a_polite_answer(talk: Talk) -> None:
    talk.say("   \n ")
    assert talk.kinds() == ["unknown"]
    assert "vide" in talk.text()


def test_ten_thousand_characters_are_refused_with_the_limit(talk: Talk) -> None:
    response = talk.post({"text": "a" * 10_000})
    assert is_problem(response, 422, "message_trop_long"), response.text
    assert "10000" in response.json()["detail"]


def test_a_body_of_a_megabyte_is_refused_before_it_is_read(talk: Talk) -> None:
    response = talk.post({"text": "a" * 1_000_000})
    assert is_problem(response, 413, "demande_trop_grande"), response.text


def test_emoji_only_gets_a_polite_answer(talk: Talk) -> None:
    talk.say("😀😀😀")
    assert talk.kinds() == ["unknown"]


def test_html_is_kept_as_text_and_answered(talk: Talk) -> None:
    talk.say("<script>alert(1)</script> mdp oublié")
    assert talk.history()[1]["text"] == "<script>alert(1)</script> mdp oublié"


@pytest.mark.parametrize(
    "text", ["/affirmer", "/restart", "  /session_start", '/fiche{"sujet":"statut:REJETEE"}', "//affirmer", "\u00a0/back"]
)
def test_a_leading_slash_is_text_and_never_an_intent(talk: Talk, text: str) -> None:
    talk.say("mdp oublié")
    talk.say(text)
    assert talk.history()[-1 - len(talk.last)]["text"] == text.strip("\u00a0 ")
    assert "Statut « Rejetée »" not in talk.text()
    talk.say("ça ne marche pas")
    assert talk.kinds() != ["question"], "the conversation was not restarted: a subject is still known"


def test_another_conversations_token_is_refused(talk: Talk, open_talk: Callable[[], Talk]) -> None:
    other = open_talk()
    response = talk.http.get(f"/conversations/{talk.id}", headers=other.headers)
    assert is_problem(response, 401, "jeton_refuse"), response.text
    unknown = talk.http.get("/conversations/00000000-0000-0000-0000-000000000000", headers=other.headers)
    assert unknown.json()["detail"] == response.json()["detail"], "one cannot tell whether a conversation exists"


def test_without_token_nothing_is_read(talk: Talk) -> None:
    assert is_problem(talk.http.get(f"/conversations/{talk.id}"), 401, "jeton_absent")


def test_another_conversations_button_is_refused(talk: Talk, open_talk: Callable[[], Talk]) -> None:
    foreign = open_talk().last[0]["buttons"][0]["id"]
    assert is_problem(talk.post({"button": foreign}), 422, "bouton_inconnu")
    assert is_problem(talk.post({"button": "nexiste-pas"}), 422, "bouton_inconnu")


def test_neither_text_nor_button_is_a_clear_error(talk: Talk) -> None:
    response = talk.post({})
    assert is_problem(response, 422, "demande_non_valable")
    assert "soit un texte, soit un bouton" in response.json()["detail"]


def test_a_vote_on_an_answer_is_taken_and_on_ones_own_message_refused(talk: Talk) -> None:
    answer = talk.say("mdp oublié")[0]
    path = f"/conversations/{talk.id}/messages"
    assert talk.http.post(f"{path}/{answer['id']}/feedback", json={"useful": True}, headers=talk.headers).status_code == 204
    mine = talk.history()[1]["id"]
    assert is_problem(
        talk.http.post(f"{path}/{mine}/feedback", json={"useful": True}, headers=talk.headers), 404, "message_inconnu"
    )


def test_messages_sent_at_once_are_answered_one_after_the_other(talk: Talk) -> None:
    with ThreadPoolExecutor(4) as pool:
        responses = list(pool.map(lambda text: talk.post({"text": text}), ["mdp oublié"] * 4))
    assert [response.status_code for response in responses] == [200] * 4
    senders = [message["sender"] for message in talk.history()[1:]]
    assert senders == ["user", "bot"] * 4


def test_the_webhook_is_closed_to_strangers(live_service_url: str) -> None:
    response = httpx.post(f"{live_service_url}/rasa/webhook", json={"next_action": "action_repondre_fiche"})
    assert is_problem(response, 403, "jeton_actions_refuse")


def test_rasa_listens_on_loopback_only(live_choriste: LiveChoriste) -> None:
    listening = Path("/proc/net/tcp").read_text().splitlines()[1:]
    port = f"{live_choriste.rasa_port:04X}"
    addresses = {
        line.split()[1].split(":")[0] for line in listening if line.split()[1].endswith(f":{port}") and line.split()[3] == "0A"
    }
    assert addresses == {"0100007F"}


def test_logs_hold_neither_words_nor_tokens(talk: Talk, live_choriste: LiveChoriste) -> None:
    talk.say("ma phrase reconnaissable zigouigoui")
    log = (live_choriste.data_dir / "service.log").read_text(encoding="utf-8")
    assert "zigouigoui" not in log
    assert talk.token not in log
    assert '"request_id"' in log


def _children(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in listed.stdout.split()]


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except FileNotFoundError:
        return ""


@pytest.fixture
def own_choriste(tmp_path: Path) -> LiveChoriste:
    """A Choriste that a test may kill."""
    live = start_choriste(tmp_path / "data")
    live.wait_until_said("prêt :")
    return live


def test_kill_9_loses_nothing_acknowledged_and_stops_the_other_process(own_choriste: LiveChoriste) -> None:
    live = own_choriste
    talk = Talk(live.url)
    talk.say("prépare-moi un ticket, ma facture est suspendue")
    talk.say("73282932000074")
    before = talk.history()
    children = _children(live.process.pid)
    service = next(pid for pid in children if "uvicorn" in _command(pid))
    os.kill(service, signal.SIGKILL)
    assert live.process.wait(timeout=60) == 1, "the exit code says that a process died"
    assert not any("choriste" in _command(pid) or "rasa" in _command(pid) for pid in children), "no process is left behind"

    again = start_choriste(live.data_dir)
    try:
        again.wait_until_said("prêt :")
        resumed = httpx.Client(base_url=f"{again.url}/api/v1", timeout=60)
        assert resumed.get(f"/conversations/{talk.id}", headers=talk.headers).json()["messages"] == before
        said = resumed.post(f"/conversations/{talk.id}/messages", json={"text": "2026-118"}, headers=talk.headers).json()[
            "messages"
        ]
        assert "Quel motif votre client" in said[-1]["text"], "the draft goes on where it was"
    finally:
        code = stop_choriste(again)
    assert code == 0, "Ctrl-C is a normal end"
    with sqlite3.connect(live.data_dir / "choriste.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_rasa_killed_while_people_talk_gives_an_honest_error(own_choriste: LiveChoriste) -> None:
    live = own_choriste
    talk = Talk(live.url)
    rasa = next(pid for pid in _children(live.process.pid) if "rasa run" in _command(pid))
    os.kill(rasa, signal.SIGSTOP)
    try:
        ready = httpx.get(f"{live.url}/health/ready", timeout=30)
        assert ready.status_code == 503
        assert ready.json()["dependances"]["rasa"]["ok"] is False
        talk.say("mdp oublié")
        assert talk.kinds() == ["error"]
        assert "/sollicitation" in talk.text()
    finally:
        os.kill(rasa, signal.SIGCONT)
    assert stop_choriste(live) == 0


def test_a_port_in_use_is_a_clear_error_before_anything_starts(live_choriste: LiveChoriste, tmp_path: Path) -> None:
    blocked = start_choriste(tmp_path / "data", PORT=str(live_choriste.port))
    line = blocked.wait_until_said("n'est pas libre", 30)
    assert str(live_choriste.port) in line
    assert blocked.process.wait(timeout=30) == 1
    assert not (tmp_path / "data").exists()
