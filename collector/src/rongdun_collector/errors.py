"""The one exception for what an operator can mend."""


class CollectorError(Exception):
    """What went wrong in words for an operator: where, what, and what to do about it."""

    def __init__(self, where: str, what: str, remedy: str) -> None:
        super().__init__(where, what, remedy)
        self.where, self.what, self.remedy = where, what, remedy

    def __str__(self) -> str:
        return f"{self.where}: {self.what}: {self.remedy}"
