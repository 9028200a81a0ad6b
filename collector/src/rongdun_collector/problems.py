"""Refusals in words (RFC 9457): what was wrong, and what to do about it."""

from dataclasses import dataclass

from rongdun_contract.wire import Problem

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:rongdun:problem:"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not served; `kind` is a word for programs, the rest is for people."""

    status: int
    kind: str
    title: str
    detail: str
    remedy: str | None = None
    retry_after_s: int | None = None

    def to_json(self) -> bytes:
        """The body of the answer."""
        problem = Problem(
            type=TYPE_PREFIX + self.kind, title=self.title, status=self.status, detail=self.detail, remedy=self.remedy
        )
        return problem.model_dump_json(exclude_none=True).encode()


class RefusedError(Exception):
    """Raised where a request cannot be served; answered as its `refusal`."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.detail)
        self.refusal = refusal


def unauthenticated(detail: str, remedy: str) -> RefusedError:
    """401."""
    return RefusedError(Refusal(401, "unauthenticated", "Not authenticated", detail, remedy))


def forbidden(detail: str, remedy: str) -> RefusedError:
    """403."""
    return RefusedError(Refusal(403, "forbidden", "Not permitted", detail, remedy))


def not_found(what: str, remedy: str) -> RefusedError:
    """404."""
    return RefusedError(Refusal(404, "not-found", "Not found", what, remedy))


def too_large(detail: str, remedy: str) -> RefusedError:
    """413."""
    return RefusedError(Refusal(413, "too-large", "Too large", detail, remedy))


def invalid(detail: str, remedy: str | None = None) -> RefusedError:
    """422."""
    return RefusedError(Refusal(422, "invalid", "Not understood", detail, remedy))


def busy(detail: str, retry_after_s: int) -> RefusedError:
    """503."""
    return RefusedError(Refusal(503, "busy", "Busy", detail, "Try again later; nothing was lost.", retry_after_s))
