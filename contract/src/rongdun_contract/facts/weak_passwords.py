"""Whose password is easily guessed; read only where it was asked for, with a cadence and a time box of its own.

Never which word it is, and never the hash.
"""

from rongdun_contract.facts.model import FactModel, Maybe


class TriedAccount(FactModel):
    """A local account that a password lets in (locked and disabled ones are not here).

    `guessable`: its password is a common one, is made of its own name or of the organisation's, or is empty.
    `undecided` where the C library does not know the method of its hash, `not probed` where the time ran out.
    """

    name: str
    guessable: Maybe[bool]
    shares_hash: bool = False
    """Another account has the same salt and hash: it was copied, not set."""


class WeakPasswords(FactModel):
    """All accounts that were tried, sorted by name."""

    accounts: tuple[TriedAccount, ...] = ()
