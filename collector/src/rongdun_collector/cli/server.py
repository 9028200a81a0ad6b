"""The HTTP server, which tells the service manager how it is."""

import asyncio
import socket

import uvicorn

from rongdun_collector.cli.notify import ServiceManager
from rongdun_collector.services import Services


class Server(uvicorn.Server):
    """Ready when requests are taken; alive while its loop turns, the writer records, and hosts are judged."""

    def __init__(self, config: uvicorn.Config, services: Services, manager: ServiceManager, where: str) -> None:
        super().__init__(config)
        self._services, self._manager, self._where = services, manager, where
        self._beating: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve, and say so once it is true."""
        await super().startup(sockets)
        if self.started:
            self._manager.say("READY=1", f"STATUS=Serves on {self._where}")
            self._beating = asyncio.create_task(self._manager.beat(self._alive))

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Say that we stop; how long that may take, the manager knows."""
        self._manager.say("STOPPING=1", "STATUS=Stops")
        if self._beating is not None:
            self._beating.cancel()
        await super().shutdown(sockets)

    async def _alive(self) -> bool:
        """Through the writer's own thread: a commit that hangs holds this back as it holds back the hosts."""
        await self._services.writer.take_turn()
        return self._services.running
