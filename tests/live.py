"""Start the whole of Choriste as `make run` starts it, for tests and measurements."""

import os
import queue
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_READY_SECONDS = 900  # the model may have to be trained first


class NotReadyError(AssertionError):
    """Choriste did not say what was waited for."""


def free_port() -> int:
    """A port that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class LiveChoriste:
    """A running Choriste: Rasa, the service and the script that watches over them."""

    process: subprocess.Popen[str]
    port: int
    rasa_port: int
    data_dir: Path
    lines: "queue.Queue[str]"
    # All that was read of it.
    said: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def wait_until_said(self, words: str, seconds: float = _READY_SECONDS) -> str:
        """Read what the script says until a line holds `words`; fails with all that was said."""
        said = self.said
        while True:
            try:
                line = self.lines.get(timeout=seconds)
            except queue.Empty:
                raise NotReadyError(f"« {words} » was not said in {seconds} s. Said:\n{''.join(said)}") from None
            if not line:
                raise NotReadyError(f"make run ended before « {words} ». Said:\n{''.join(said)}")
            said.append(line)
            if words in line:
                return line


def start_choriste(data_dir: Path, **environment: str) -> LiveChoriste:
    """Start scripts/run.py on free ports; the caller waits until it is ready and stops it."""
    port, rasa_port = free_port(), free_port()
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "scripts" / "run.py")],
        cwd=ROOT,
        env={
            **os.environ,
            "PORT": str(port),
            "RASA_PORT": str(rasa_port),
            "CHORISTE_DATA_DIR": str(data_dir),
            # Tests open many conversations from one address.
            "CHORISTE_CONVERSATIONS_PER_MINUTE": "10000",
            "CHORISTE_MESSAGES_PER_MINUTE": "10000",
            "CHORISTE_HELPDESK_LOGINS_PER_MINUTE": "10000",
            # Tests run at any hour.
            "CHORISTE_HELPDESK_HOURS": "lun-dim 00:00-24:00",
            **environment,
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines: queue.Queue[str] = queue.Queue()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            lines.put(line)
        lines.put("")

    threading.Thread(target=read, daemon=True).start()
    return LiveChoriste(process, port, rasa_port, data_dir, lines)


def stop_choriste(live: LiveChoriste) -> int:
    """Stop as Ctrl-C does; returns the exit code."""
    if live.process.poll() is None:
        live.process.send_signal(signal.SIGINT)
    return live.process.wait(timeout=60)
