"""What an operator can mend: where it is, what is wrong, and how to mend it."""


class AgentError(Exception):
    """The one exception of this distribution that commands print as it is; exit status 2 unless a command says else."""

    def __init__(self, where: str, what: str, remedy: str) -> None:
        super().__init__(f"{where}: {what}: {remedy}")
        self.where, self.what, self.remedy = where, what, remedy
