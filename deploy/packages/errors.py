"""What the one who builds can mend."""


class BuildError(Exception):
    """Where, what, remedy; printed as one line, exit status 2."""

    def __init__(self, where: str, what: str, remedy: str) -> None:
        super().__init__(f"{where}: {what}: {remedy}")
