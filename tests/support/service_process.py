"""The service alone, as a process that a test may kill: without Rasa, which the help-desk does not need."""

import os
import subprocess
import sys
import threading
from pathlib import Path

from tests.live import free_port
from tests.support.http import sqlite_url
from tests.support.migrations import migrate
from tests.support.paths import ROOT

_READY_SECONDS = 180
# Said once it listens.
_READY = "Uvicorn running on"


class ServiceProcess:
    """One service on its own port and its own SQLite file; started again it goes on with both."""

    def __init__(self, data_dir: Path) -> None:
        data_dir.mkdir(parents=True, exist_ok=True)
        self.database = sqlite_url(data_dir / "choriste.db")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._data_dir = data_dir
        self._process: subprocess.Popen[str] | None = None
        migrate(self.database)

    def start(self) -> None:
        """Start it and wait until it answers; AssertionError with what it said when it does not."""
        command = [
            sys.executable,
            "-m",
            "uvicorn",
            "--factory",
            "api.app:create_app",
            "--port",
            str(self.port),
            "--no-access-log",
        ]
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "CHORISTE_DATA_DIR": str(self._data_dir),
            # Nothing listens there.
            "CHORISTE_RASA_URL": "http://127.0.0.1:9",
            "CHORISTE_HELPDESK_HOURS": "lun-dim 00:00-24:00",
        }
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self._process = process
        said: list[str] = []
        ready = threading.Event()

        def read() -> None:
            assert process.stdout is not None
            for line in process.stdout:
                said.append(line)
                if _READY in line:
                    ready.set()
            ready.set()

        threading.Thread(target=read, daemon=True).start()
        assert ready.wait(_READY_SECONDS), "".join(said)
        assert any(_READY in line for line in said), "".join(said)

    def kill(self) -> None:
        """Kill it at once, without a chance to clean up."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
