"""The stand-in on a real socket, in a thread, on a port that the system gives."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from tests.standin_piste.app import create_app
from tests.standin_piste.world import World


@contextmanager
def running_standin(world: World) -> Iterator[str]:
    """The address, as long as the block lasts."""
    ready = threading.Event()

    class Ready(uvicorn.Server):
        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets)
            ready.set()

    config = uvicorn.Config(create_app(world), log_config=None, lifespan="off", timeout_graceful_shutdown=1, access_log=False)
    server = Ready(config)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        thread = threading.Thread(target=lambda: server.run(sockets=[listening]), daemon=True)
        thread.start()
        assert ready.wait(20), "the stand-in did not start"
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join(20)
