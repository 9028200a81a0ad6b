"""Why the host did not give an answer; absence is not among them, it is `None` or empty."""


class HostError(Exception):
    """Something is there, or may be, but could not be read; `path` says what."""

    def __init__(self, path: str, why: str) -> None:
        """Keep `path` apart from the words, so that a probe can say which of its inputs it was."""
        super().__init__(f"{path}: {why}")
        self.path = path


class Refused(HostError):
    """EACCES or EPERM: to be told as `no permission`, never as absence."""

    def __init__(self, path: str) -> None:
        super().__init__(path, "permission denied")


class TooLarge(HostError):
    """More than the caller was ready to read."""

    def __init__(self, path: str, limit: int) -> None:
        super().__init__(path, f"larger than {limit} bytes")


class NotAFile(HostError):
    """A directory, fifo, socket or device stands where a file was to be read; it was not opened."""

    def __init__(self, path: str, kind: str) -> None:
        super().__init__(path, f"is a {kind}, not a file")


class NotLive(HostError):
    """Only a running system could tell, and this is a tree."""

    def __init__(self, what: str) -> None:
        super().__init__(what, "not a live host")


class TookTooLong(HostError):
    """The time that was set with `Host.budget` is over."""

    def __init__(self, seconds: float) -> None:
        super().__init__("host", f"took longer than {seconds:g} s")


class CommandFailed(HostError):
    """A fixed command ended with an error that is no refusal."""

    def __init__(self, program: str, code: int, stderr: str) -> None:
        super().__init__(program, f"exit status {code}: {stderr}")
