"""Column types that mean the same on every engine."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger, Dialect, LargeBinary, MetaData
from sqlalchemy.types import TypeDecorator

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_microseconds(at: datetime) -> int:
    """A moment as the database keeps it: microseconds since 1970, exact, comparable, the same on every engine."""
    return (at - EPOCH) // _MICROSECOND


def from_microseconds(value: int) -> datetime:
    """The moment, in UTC."""
    return EPOCH + value * _MICROSECOND


class Instant(TypeDecorator[datetime]):
    """An aware datetime, kept as an integer: SQLite has no type for one."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - the interface
        """Encode."""
        return None if value is None else to_microseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Decode."""
        return None if value is None else from_microseconds(value)


class Sha256(TypeDecorator[str]):
    """A digest, 64 hexadecimal characters in Python and 32 bytes in the database: the history is mostly digests."""

    impl = LargeBinary(32)
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Encode."""
        return None if value is None else bytes.fromhex(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Decode."""
        return None if value is None else bytes(value).hex()
