"""Passwords by argon2id; a wrong name takes as long as a wrong password."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from rongdun_collector.errors import CollectorError
from rongdun_collector.problems import busy
from rongdun_collector.store import accounts
from rongdun_collector.store.store import Store

MIN_LENGTH = 10
MAX_LENGTH = 256
AT_ONCE = 2
"""Passwords that are checked at once: each takes 64 MiB and much of a core."""
WAITING = 8
"""Sign-ins that may wait for their turn; guesses beyond it must not hold the threads that hosts and readers need."""

_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$5oM4soblpxskK/yuwz6CxQ$S1HjYnoiITCENre/1jOG07DGJwqG+6QDIWKoy/Ym538"


@dataclass(frozen=True, slots=True)
class SignIn:
    """The secret of a new session, or why there is none."""

    session: str | None = None
    failure: Literal["wrong", "locked"] | None = None


def hash_password(password: str) -> str:
    """What is kept of a password; CollectorError where it is too short or too long."""
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        what = f"a password of {len(password)} characters is not accepted"
        raise CollectorError("password", what, f"choose one of {MIN_LENGTH} to {MAX_LENGTH} characters")
    return PasswordHasher().hash(password)


class SignInDesk:
    """Checks names and passwords; failures are counted and lock the account for a while."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store, self._now = store, now
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._places = threading.BoundedSemaphore(AT_ONCE + WAITING)

    def sign_in(self, name: str, password: str) -> SignIn:
        """Open a session for the right name and password; RefusedError (503) when too many try at once."""
        with self._turn():
            account = self._find(name)
            if account is not None and account.locked_until is not None and account.locked_until > self._now():
                return SignIn(failure="locked")
            right = _matches(account.password if account else _NOBODY, password[:MAX_LENGTH])
        with self._store.write() as connection:
            if account is not None and right:
                return SignIn(session=accounts.open_session(connection, name, self._now()))
            if account is not None:
                accounts.note_failure(connection, name, self._now())
        return SignIn(failure="wrong")

    def change_password(self, name: str, current: str, new: str) -> SignIn:
        """Give an account a new password; the old sessions end and a new one begins. CollectorError: a bad password."""
        with self._turn():
            kept = hash_password(new)
        outcome = self.sign_in(name, current)
        if outcome.session is None:
            return outcome
        with self._store.write() as connection:
            accounts.put_administrator(connection, name, kept, self._now())
            return SignIn(session=accounts.open_session(connection, name, self._now()))

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise busy("too many sign-ins at once", retry_after_s=5)
        try:
            with self._turns:
                yield
        finally:
            self._places.release()

    def _find(self, name: str) -> accounts.Administrator | None:
        if not name.isprintable():  # nobody is called so, and PostgreSQL would not hear of a NUL
            return None
        with self._store.read() as connection:
            return accounts.find_administrator(connection, name)


def _matches(kept: str, password: str) -> bool:
    try:
        return PasswordHasher().verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False
