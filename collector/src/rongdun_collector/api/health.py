"""Whether the collector can do its work."""

from fastapi import APIRouter
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from rongdun_collector.api.answer import AnswerModel
from rongdun_collector.problems import Refusal, RefusedError
from rongdun_collector.services import ServicesDep

router = APIRouter(tags=["collector"])


class HealthAnswer(AnswerModel):
    """Always `ok`; whatever is not, is a refusal."""

    status: str


@router.get("/healthz")
def get_healthz(services: ServicesDep) -> HealthAnswer:
    """Answer 200 when the database answers and check-ins are recorded, 503 otherwise."""
    if not services.running:
        raise RefusedError(Refusal(503, "unwell", "Unwell", "recording or judging has ended", "Restart the collector."))
    try:
        with services.store.read() as connection:
            connection.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        detail = "the database does not answer"
        raise RefusedError(Refusal(503, "unwell", "Unwell", detail, "See the collector's log.", 10)) from error
    return HealthAnswer(status="ok")
