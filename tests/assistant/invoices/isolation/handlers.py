"""What a worker is made to do in the tests: real processes, real excess."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any


class Handler:
    """Does what the request says."""

    def __init__(self, config: dict[str, Any]) -> None:
        self._config = config
        self._kept: list[bytes] = []

    def warm_up(self) -> None:
        if self._config.get("broken"):
            raise RuntimeError("broken")

    def handle(self, path: Path, request: dict[str, Any], progress: Callable[[], None]) -> dict[str, Any]:
        match request["do"]:
            case "echo":
                content = path.read_bytes()
                sys.stdout.write("noise on the standard output\n")
                return {"size": len(content), "head": content[:10].decode("latin-1"), "pid": os.getpid()}
            case "hang":
                threading.Event().wait()
            case "hang with progress":
                while True:
                    progress()
                    threading.Event().wait(0.05)
            case "eat memory":
                while True:
                    self._kept.append(bytes(bytearray(os.urandom(1) * 8_000_000)))
                    threading.Event().wait(0.005)
            case "ask for too much at once":
                self._kept.append(bytes(bytearray(4_000_000_000)))
            case "leak a little":
                self._kept.append(os.urandom(20_000_000))
                return {"pid": os.getpid()}
            case "raise":
                raise ZeroDivisionError("a bug")
            case "die":
                os.kill(os.getpid(), signal.SIGKILL)
            case "exit":
                sys.exit(3)
            case "connect":
                socket.create_connection(("127.0.0.1", request["port"]), timeout=1)
            case "run":
                subprocess.run([sys.executable, "-c", ""], check=False)
            case "write":
                Path(request["path"]).write_text("left behind")
            case "environment":
                return {"names": sorted(os.environ)}
        return {}
