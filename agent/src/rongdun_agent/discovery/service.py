"""The discovery service: one thread that listens, asks, and writes down what it found."""

import gc
import os
import select
import signal
import time
from pathlib import Path
from types import ModuleType
from typing import TextIO

from rongdun_agent.discovery.notebook import Notebook, uptime_s
from rongdun_agent.discovery.notice import Notice
from rongdun_agent.discovery.settings import DiscoverySettings
from rongdun_agent.discovery.watch import Tools, Watch
from rongdun_agent.errors import AgentError
from rongdun_agent.host import Host
from rongdun_agent.kernel_network import read_links
from rongdun_contract.facts.devices import Devices

_LINKS_EVERY_S, _SETTLE_EVERY_S = 2.0, 10.0
_WRITE_AGAIN_S, _WRITE_AT_LEAST_EVERY_S = 5.0, 60.0
_STOP = (signal.SIGTERM, signal.SIGINT)


class Service:
    """Runs until it is told to stop."""

    def __init__(self, settings: DiscoverySettings, notebook: Notebook, packets: ModuleType, log: TextIO) -> None:
        self._notebook, self._log = notebook, log
        self._notice = Notice(os.environ)
        # a sweep is written down before it begins: a service that crashes in a loop must not sweep in a loop
        tools = Tools(packets.sightings, packets.arp_request, time.monotonic, self._write)
        self._watches = [Watch(one, settings.frames_per_s, tools) for one in settings.segment]
        self._told: dict[str, str] = {}
        self._written: Devices | None = None
        self._written_at: tuple[object, ...] = ()
        self._timers = {
            self._look_at_links: (_LINKS_EVERY_S, 0.0),
            self._settle: (_SETTLE_EVERY_S, 0.0),
            self._write_if_changed: (_WRITE_AGAIN_S, 0.0),
            self._write: (_WRITE_AT_LEAST_EVERY_S, 0.0),
            self._be_alive: (min(self._notice.alive_every_s or 10.0, 10.0), 0.0),
        }

    def run(self) -> None:
        """Listen until SIGTERM or SIGINT; what an earlier run found is taken up first."""
        self._restore()
        stopped, on_signal = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        before = [signal.signal(number, lambda *_: None) for number in _STOP]
        signal.set_wakeup_fd(on_signal)
        try:
            self._do_what_is_due()
            self._notice.say(READY=1)
            while not self._wait(stopped):
                self._do_what_is_due()
            self._notice.say(STOPPING=1)
            self._write()  # as long as the links are still heard, or their devices would be unknown
        finally:
            signal.set_wakeup_fd(-1)
            for number, handler in zip(_STOP, before, strict=True):
                signal.signal(number, handler)
            os.close(stopped)
            os.close(on_signal)
            for watch in self._watches:
                watch.close()

    def _wait(self, stopped: int) -> bool:
        """Sleep until a frame comes or something is due; true when told to stop."""
        due = min([when for _, when in self._timers.values()] + [watch.ask() for watch in self._watches])
        waiting = select.poll()
        waiting.register(stopped, select.POLLIN)
        for watch in self._watches:
            if watch.ear is not None and watch.awake():
                waiting.register(watch.ear.socket, select.POLLIN)
        ready = waiting.poll(max(0.0, due - time.monotonic()) * 1000)
        for watch in self._watches:
            if watch.awake():
                watch.listen()
        return any(descriptor == stopped for descriptor, _ in ready)

    def _do_what_is_due(self) -> None:
        now = time.monotonic()
        for act, (every_s, when) in self._timers.items():
            if now >= when:
                self._timers[act] = (every_s, now + every_s)
                act()

    def _restore(self) -> None:
        last = self._notebook.last()
        if last is None:
            return
        for watch in self._watches:
            watch.restore(last.devices.devices)
            swept = last.swept.get(watch.settings.interface)
            ago = uptime_s() - swept if swept is not None and last.boot == self._notebook.boot else -1.0
            if watch.sweep is not None and ago >= 0:
                watch.sweep.resume(time.monotonic() - ago)

    def _look_at_links(self) -> None:
        links = {link.name: link for link in read_links(Host())}
        own = frozenset(link.mac for link in links.values() if link.mac is not None)
        for watch in self._watches:
            name = watch.settings.interface
            watch.attend(links.get(name), own)
            self._tell(name, watch.words())

    def _settle(self) -> None:
        for watch in self._watches:
            watch.settle()

    def _write_if_changed(self) -> None:
        if self._state() != self._written_at:
            self._write()

    def _write(self) -> None:
        """Write; a disk that is full now may have room in a minute, but the first time it is an error."""
        state, up, now = self._state(), uptime_s(), time.monotonic()
        found = self._written if state == self._written_at and self._written is not None else self._found()
        began = {watch.settings.interface: watch.sweep.began_at for watch in self._watches if watch.sweep is not None}
        swept = {name: max(0.0, up - (now - at)) for name, at in began.items() if at is not None}
        try:
            self._notebook.write(found, swept)
        except AgentError as error:
            if self._written is None:
                raise
            self._tell("disk", str(error))
        else:
            self._written, self._written_at = found, state
            self._told.pop("disk", None)

    def _state(self) -> tuple[object, ...]:
        """What the finding follows from, cheaper than the finding."""
        return tuple((watch.segment(), watch.census.revision) for watch in self._watches)

    def _found(self) -> Devices:
        watches = sorted(self._watches, key=lambda watch: watch.settings.interface)
        segments = tuple(watch.segment() for watch in watches)
        return Devices(
            listener="running", segments=segments, devices=tuple(one for watch in watches for one in watch.devices())
        )

    def _be_alive(self) -> None:
        found = self._written or Devices()
        present = sum(1 for device in found.devices if device.present is True)
        dropped = sum(watch.dropped for watch in self._watches)
        status = f"{present} devices on {sum(one.listening for one in found.segments)} of {len(self._watches)} segments"
        self._notice.say(WATCHDOG=1, STATUS=status + (f", {dropped} frames dropped" if dropped else ""))

    def _tell(self, about: str, words: str) -> None:
        """Log what is new."""
        if self._told.get(about) != words:
            self._told[about] = words
            self._log.write(f"{about}: {words}\n")
            self._log.flush()


def serve(settings: DiscoverySettings, folder: Path, log: TextIO) -> None:
    """Run the service with scapy; raises AgentError where that is not installed."""
    packets = _packets()
    gc.enable()  # unlike a command, it lives long, and scapy's packets point at each other
    gc.freeze()
    Service(settings, Notebook(folder), packets, log).run()


def _packets() -> ModuleType:
    from rongdun_agent.discovery import light_scapy  # noqa: PLC0415 - nothing of it before it is asked for

    try:
        with light_scapy.loading():
            from rongdun_agent.discovery import packets  # noqa: PLC0415 - the same
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != "scapy":
            raise
        raise AgentError("scapy", "is not installed", "install rongdun-agent[discovery]") from error
    return packets
