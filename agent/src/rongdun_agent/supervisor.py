"""The resident half of the agent: sleeps, starts a worker for each cycle, keeps a watcher alive while a drill lasts.

Run as `python -I -S supervisor.py STATE WORKER... -- WATCHER...`. It holds as little as an interpreter can: nothing of
ours is imported, and of the standard library only what is built in (`os` and `signal` alone would cost a megabyte).
One loop does everything, so that systemd's watchdog hears from it only while it really goes round. It reads small
ASCII files in STATE: `interval` (seconds between cycles) and `pressure` (see `PRESSURES`), which the worker
writes, and `drill` (unix seconds until when one lasts). It writes `waiting`, which is there while a cycle waits for
the host to be less pressed: since when, at most until when, and why. SIGTERM, SIGINT or SIGHUP end it, its children
first.
"""

import _signal as signal  # type: ignore[import-not-found]  # built in; typeshed knows only what stands on it
import posix
import sys
import time

DEFAULT_INTERVAL_S = 900
LONGEST_CYCLE_S = 1800
GRACE_S = 10
"""A child that was asked to end is killed after so long."""
LOOK_AGAIN_S = 10
"""The kernel averages pressure over ten seconds: looking more often says nothing new."""
LONGEST_BACKOFF_S = 60
LONGEST_DRILL_S = 366 * 86400
PRESSURES = ("cpu", "memory", "io")
"""STATE/pressure holds for each of these the most that is put up with in percent, and then the longest wait in s."""
_NEVER = float("inf")
_STOP = {signal.SIGTERM, signal.SIGINT}


def main(arguments: list[str], pressure: str = "/proc/pressure") -> int:
    """Go round until told to stop; `pressure` is the kernel's folder of pressure stall information."""
    state, commands = arguments[0], arguments[1:]
    split = commands.index("--") if "--" in commands else len(commands)
    stop = _STOP if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN else _STOP | {signal.SIGHUP}  # nohup(1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # who started us may have had it ignored, and children unwaited for
    signal.pthread_sigmask(signal.SIG_BLOCK, stop | {signal.SIGCHLD})
    environment = dict(posix.environ)
    manager = Manager(environment)
    drill = Drill(state, commands[split + 1 :], environment)
    cycles = Cycles(state, commands[:split], environment, pressure)
    while True:
        now = time.monotonic()
        wake = cycles.step(now)  # before the drill, whose first watcher waits for the end of a cycle
        wake = min(wake, drill.step(now, busy=cycles.child is not None))
        wake = min(wake, manager.beat(now, cycles.words + drill.words))
        got = signal.sigtimedwait(stop | {signal.SIGCHLD}, max(0.0, min(3600.0, wake - time.monotonic())))
        if got is not None and got.si_signo in stop:
            break
    manager.send(b"STOPPING=1\nSTATUS=Stops")
    cycles.no_longer_waits()
    _end([child for child in (cycles.child, drill.child) if child is not None])
    return 0


class Manager:
    """The service manager, told as sd_notify(3) says; takes what is meant for us alone out of the environment."""

    def __init__(self, environment: dict[bytes, bytes]) -> None:
        """Without a manager everything is said to nobody."""
        address = environment.pop(b"NOTIFY_SOCKET", b"")
        self._address = b"\0" + address[1:] if address[:1] == b"@" else address
        pid, period = environment.pop(b"WATCHDOG_PID", b""), environment.pop(b"WATCHDOG_USEC", b"")
        ours = address != b"" and period.isdigit() and pid in {b"", b"%d" % posix.getpid()}
        self._period_s = int(period) / 2e6 if ours else _NEVER
        self._due = _NEVER
        self._words: str | None = None

    def beat(self, now: float, words: str) -> float:
        """Say what is new, and that we are alive when that is due; returns when the next sign of life is."""
        lines = []
        if self._words is None:
            lines.append(b"READY=1")
            self._due = now if self._period_s < _NEVER else _NEVER
        if now >= self._due:
            lines.append(b"WATCHDOG=1")
            self._due = now + self._period_s
        if words != self._words:
            self._words = words
            lines.append(b"STATUS=" + words.encode())
        if lines:
            self.send(b"\n".join(lines))
        return self._due

    def send(self, message: bytes) -> None:
        """One datagram; a manager that is away or too busy for five seconds misses it."""
        if not self._address:
            return
        import _socket  # noqa: PLC0415 - where no manager listens it is never loaded

        try:
            socket = _socket.socket(_socket.AF_UNIX, _socket.SOCK_DGRAM | _socket.SOCK_CLOEXEC)
            socket.settimeout(5)
            socket.sendto(message, self._address)
            socket.close()
        except OSError as error:
            print("rongdun-agent: the service manager cannot be told:", error, file=sys.stderr)  # noqa: T201 - the journal


class Child:
    """A process that was started here."""

    def __init__(self, command: list[str], environment: dict[bytes, bytes]) -> None:
        """Start it; OSError when that is impossible now."""
        self._pid = posix.posix_spawn(command[0], command, environment, setsigmask=())
        self.since = time.monotonic()
        self._kill_at: float | None = None

    def ended(self) -> int | None:
        """Its exit status (minus the signal that ended it), or None while it runs."""
        pid, status = posix.waitpid(self._pid, posix.WNOHANG)
        return posix.waitstatus_to_exitcode(status) if pid else None

    def stop(self, now: float) -> float:
        """Ask it to end; called again after the grace, kill it. Returns when to call again."""
        if self._kill_at is None:
            self._kill_at = now + GRACE_S
            posix.kill(self._pid, signal.SIGTERM)
        elif now >= self._kill_at:
            self._kill_at = _NEVER
            posix.kill(self._pid, signal.SIGKILL)
        return self._kill_at


class Cycles:
    """One worker after another, `STATE/interval` apart, each as soon as the host is not too pressed for it."""

    def __init__(self, state: str, command: list[str], environment: dict[bytes, bytes], pressure: str) -> None:
        """The first cycle is due at once."""
        self.child: Child | None = None
        self.words = ""
        self._state, self._command, self._environment, self._pressure = state, command, environment, pressure
        self._due = time.monotonic()
        self._held_since: float | None = None
        self._look = 0.0
        self._last = ""
        self.no_longer_waits()  # a file that a killed one left

    def step(self, now: float) -> float:
        """Do what is due; returns when to call again."""
        if self.child is not None:
            status = self.child.ended()
            if status is None:
                overdue = self.child.since + LONGEST_CYCLE_S
                return self.child.stop(now) if now >= overdue else overdue
            self.child = None
            self._last = "" if status == 0 else f"; the last one ended with {status}, see rongdun-agent status"
            self._rest(now)
        if now < self._due:
            return self._due
        if self._is_pressed(now):
            return self._look
        return self._start(now)

    def no_longer_waits(self) -> None:
        """Forget the wait that is under way, if any."""
        self._held_since = None
        try:
            posix.unlink(self._state + "/waiting")
        except OSError:
            return

    def _rest(self, now: float) -> None:
        pause = _jittered(_interval(self._state), 0.1)
        self._due = now + pause
        self.words = f"Next cycle at {_clock(pause)}{self._last}"

    def _is_pressed(self, now: float) -> bool:
        """Whether to wait on: something is pressed beyond its bound, and the longest wait is not over."""
        if now < self._look:
            return True
        *bounds, longest = _bounds(self._state)
        why = _too_much(self._pressure, bounds)
        since = now if self._held_since is None else self._held_since
        if why is None or now >= since + longest:
            return False
        if self._held_since is None:
            self._held_since = now
            _write(self._state + "/waiting", f"{time.time():.0f} {time.time() + longest:.0f} {why}")
        self._look = min(now + _jittered(LOOK_AGAIN_S, 0.5), since + longest)
        self.words = f"A cycle waits until {_clock(since + longest - now)} at most: {why}"
        return True

    def _start(self, now: float) -> float:
        waited = 0.0 if self._held_since is None else now - self._held_since
        self.no_longer_waits()
        self._look = 0.0
        try:
            self.child = Child(self._command, {**self._environment, b"RONGDUN_WAITED_S": b"%.1f" % waited})
        except OSError as error:
            self._last = f"; the last one could not be started: {error}"
            self._rest(now)
            return self._due
        self.words = f"A cycle runs since {_clock(0)}"
        return now + LONGEST_CYCLE_S


class Drill:
    """The watcher, one at a time, as long as `STATE/drill` says."""

    def __init__(self, state: str, command: list[str], environment: dict[bytes, bytes]) -> None:
        """Nothing is started yet."""
        self.child: Child | None = None
        self.words = ""
        self._path, self._command, self._environment = state + "/drill", command, environment
        self._again = self._backoff = 0.0

    def step(self, now: float, *, busy: bool) -> float:
        """Start, restart or stop the watcher; a first start waits while `busy`. Returns when to call again."""
        until = _drill_until(self._path) if self._command else 0
        left = until - time.time()
        if self.child is not None and (status := self.child.ended()) is not None:
            self._failed(now, f"ended with {status}", lived=now - self.child.since)
        if left <= 0:
            self._again = self._backoff = 0.0
            self.words = ""
            return _NEVER if self.child is None else self.child.stop(now)
        if self.child is None and now >= self._again and (self._backoff or not busy):
            self._start(now)
        if self.child is None:
            return self._again if self._backoff else now + left
        self.words = f"; watches for a drill until {_moment(until)}"
        return now + left

    def _start(self, now: float) -> None:
        try:
            self.child = Child(self._command, self._environment)
        except OSError as error:
            self._failed(now, f"could not be started: {error}", lived=0)

    def _failed(self, now: float, how: str, lived: float) -> None:
        """Try again later, each time later, unless it had lived for long."""
        self.child = None
        self._backoff = 1.0 if lived >= LONGEST_BACKOFF_S else min(LONGEST_BACKOFF_S, max(1.0, 2 * self._backoff))
        self._again = now + self._backoff
        self.words = f"; the watcher of a drill {how}, again at {_clock(self._backoff)}"


def _end(children: list[Child]) -> None:
    """Ask all, kill after the grace, and leave what even that does not end to the service manager."""
    end = time.monotonic() + GRACE_S + 2
    while children and (now := time.monotonic()) < end:
        wake = min([child.stop(now) for child in children] + [end])
        signal.sigtimedwait({signal.SIGCHLD}, max(0.0, wake - time.monotonic()))
        children = [child for child in children if child.ended() is None]


def _too_much(folder: str, bounds: list[int]) -> str | None:
    """What presses the host beyond its bound, in words; None where the kernel does not tell (`psi=0`, before 4.20)."""
    for name, most in zip(PRESSURES, bounds, strict=True):
        said = _read(f"{folder}/{name}")  # some avg10=0.12 avg60=...: percent of time in which something had to wait
        try:
            share = float(said.split(b"avg10=", 1)[1].split(maxsplit=1)[0])
        except (IndexError, ValueError):
            continue
        if share > most:
            return f"{name} pressure is {share:g} %, more than {most:g} %"
    return None


def _bounds(state: str) -> list[int]:
    """What STATE/pressure says; before a first cycle, or damaged: nothing to wait for, and no time."""
    try:
        found = [min(86400, int(word)) for word in _read(state + "/pressure").split()]
    except ValueError:
        found = []
    return found if len(found) == len(PRESSURES) + 1 else [100] * len(PRESSURES) + [0]


def _interval(state: str) -> int:
    try:
        return min(86400, max(10, int(_read(state + "/interval"))))
    except ValueError:
        return DEFAULT_INTERVAL_S


def _drill_until(path: str) -> int:
    """When the drill ends, in unix seconds; 0 when there is none."""
    try:
        return min(int(time.time()) + LONGEST_DRILL_S, int(_read(path)))
    except ValueError:
        return 0


def _read(path: str) -> bytes:
    """The start of a small file; empty where it cannot be read."""
    try:
        with open(path, "rb", 0) as file:  # noqa: PTH123 - pathlib costs a third of this process
            return file.read(256)
    except OSError:
        return b""


def _write(path: str, text: str) -> None:
    """Best effort: a full disk must not end the service."""
    try:
        with open(path, "wb", 0) as file:  # noqa: PTH123 - pathlib costs a third of this process
            file.write(text.encode())
    except OSError:
        return


def _jittered(seconds: float, share: float) -> float:
    """A time around `seconds`, so that hosts do not act together."""
    return seconds * (1 + share * (posix.urandom(1)[0] / 127.5 - 1))


def _clock(seconds: float) -> str:
    """The time in so many seconds, as people read it."""
    return _moment(time.time() + seconds)


def _moment(at: float) -> str:
    return time.strftime("%F %T UTC", time.gmtime(at))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
