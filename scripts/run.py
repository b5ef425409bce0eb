"""`make run`: install what is missing, train if needed, migrate, start Rasa and the service, wait until both answer.

Settings: PORT (8000), HOST (127.0.0.1), RASA_PORT (5005), CHORISTE_DATA_DIR (var), CHORISTE_MODEL (a model to serve instead of
the one made from the data), and all of docs/settings.md.
Ctrl-C stops both; if one dies the other is stopped and the exit code is 1.
"""

import contextlib
import ctypes
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

from console import give_up, say
from environments import RASA, SERVICE, ensure
from paths import ROOT, data_dir, tool
from train import ensure_model, rasa_environment

_READY_SECONDS = 180
_STOP_SECONDS = 10
_PR_SET_PDEATHSIG = 1
_LOOPBACK, _ANYWHERE = "127.0.0.1", "0.0.0.0"  # noqa: S104 - compared with, never the default


class Child:
    """A process of ours with its log file."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str], log: Path) -> None:
        self.name = name
        self.log = log
        with log.open("ab") as handle:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=handle,
                stderr=subprocess.STDOUT,
                # A group of its own: Ctrl-C reaches this script only, which stops both in order.
                start_new_session=True,
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,
            )

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def stop(self) -> None:
        """Ask, then insist; the whole group, so that nothing is left behind."""
        self._signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL)
            self.process.wait()

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)


def _die_with_parent() -> None:
    """If this script is killed without a chance to clean up, Linux stops its children."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _port(name: str, default: int) -> int:
    value = os.environ.get(name) or str(default)
    if not value.isdigit() or not 1 <= int(value) <= 65535:
        give_up(f"{name}={value} n'est pas un numéro de port (1 à 65535).")
    return int(value)


def _check_free(name: str, host: str, port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            give_up(f"le port {port} n'est pas libre sur {host} ({error.strerror}). Choisissez-en un autre : {name}=… make run")


def main() -> int:
    """Serve until told to stop; returns the exit code."""
    host = os.environ.get("HOST") or "127.0.0.1"
    port, rasa_port = _port("PORT", 8000), _port("RASA_PORT", 5005)
    if port == rasa_port:
        give_up("PORT et RASA_PORT doivent être différents.")
    _check_free("PORT", host, port)
    _check_free("RASA_PORT", "127.0.0.1", rasa_port)
    data = data_dir()
    try:
        data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        give_up(f"le dossier des données ne peut pas être créé : {data} ({error.strerror}).")

    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: (stopping.set(), None)[1])

    for side in (SERVICE, RASA):
        ensure(side, dev=False)
    if stopping.is_set():
        return 130
    given = os.environ.get("CHORISTE_MODEL")
    if given and not Path(given).is_file():
        give_up(f"CHORISTE_MODEL={given} : ce fichier n'existe pas.")
    model = Path(given) if given else ensure_model()
    if stopping.is_set():
        return 130

    shared = {
        "CHORISTE_DATA_DIR": str(data),
        "CHORISTE_ACTIONS_TOKEN": os.environ.get("CHORISTE_ACTIONS_TOKEN") or secrets.token_urlsafe(32),
        "CHORISTE_ACTIONS_URL": f"http://127.0.0.1:{port}/rasa/webhook",
        "CHORISTE_RASA_URL": f"http://127.0.0.1:{rasa_port}",
        "CHORISTE_RASA_DB": str(data / "rasa.db"),
    }
    service_environment = {**os.environ, **shared, "PYTHONPATH": str(ROOT)}
    say("mise à jour de la base…")
    if subprocess.run([tool("service", "alembic"), "upgrade", "head"], cwd=ROOT, env=service_environment).returncode != 0:
        give_up("la base n'a pas pu être mise à jour.")
    # Prints the one-time password of the first administrator, the first time only: on this terminal, never in a log.
    first = [tool("service", "python"), "-m", "assistant.helpdesk.first_administrator"]
    if subprocess.run(first, cwd=ROOT, env=service_environment).returncode != 0:
        give_up("le premier administrateur du centre d'aide n'a pas pu être créé.")

    children = [
        Child(
            "service",
            [
                tool("service", "uvicorn"),
                "--factory",
                "api.app:create_app",
                "--host",
                host,
                "--port",
                str(port),
                "--no-access-log",
                # Live streams end only when the browser goes away: they are not waited for.
                "--timeout-graceful-shutdown",
                "3",
            ],
            service_environment,
            data / "service.log",
        ),
        Child(
            "rasa",
            [tool("rasa", "rasa"), "run", "--interface", "127.0.0.1", "--port", str(rasa_port), "--model", str(model)],
            {**rasa_environment(), **shared},
            data / "rasa.log",
        ),
    ]
    try:
        return _serve(children, f"http://{_LOOPBACK if host == _ANYWHERE else host}:{port}", stopping)
    finally:
        for child in children:
            child.stop()
        say("arrêté.")


def _serve(children: list[Child], address: str, stopping: threading.Event) -> int:
    if not _wait_until_ready(children, address, stopping):
        return 130 if stopping.is_set() else 1
    say(f"prêt : {address}  (Ctrl-C pour arrêter)")
    while not stopping.wait(0.5):
        dead = _dead(children)
        if dead is not None:
            _report(dead)
            return 1
    return 0


def _wait_until_ready(children: list[Child], address: str, stopping: threading.Event) -> bool:
    say("démarrage de Rasa et du service (20 à 60 secondes)…")
    started = time.monotonic()
    told = 0.0
    while time.monotonic() - started < _READY_SECONDS:
        dead = _dead(children)
        if dead is not None:
            _report(dead)
            return False
        if _is_ready(address):
            return True
        if stopping.wait(0.5):
            return False
        if time.monotonic() - started - told >= 10:
            told = time.monotonic() - started
            say(f"  … {told:.0f} s")
    say(f"pas prêt après {_READY_SECONDS} secondes. Journaux : {', '.join(str(child.log) for child in children)}")
    return False


def _is_ready(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/health/ready", timeout=3) as response:  # noqa: S310 - our own http:// address
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _dead(children: list[Child]) -> Child | None:
    return next((child for child in children if not child.alive), None)


def _report(child: Child) -> None:
    tail = "\n".join(child.log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])
    say(f"« {child.name} » s'est arrêté (code {child.process.returncode}). Fin de {child.log} :\n{tail}")


if __name__ == "__main__":
    sys.exit(main())
