"""POST /v1/enroll, a bare route, and GET /v1/ca: how a host gets its credential, and whom it may trust."""

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from rongdun_collector.answers import invalid_wire
from rongdun_collector.ingest.enrol import enrol
from rongdun_collector.problems import not_found
from rongdun_collector.services import Services, ServicesDep
from rongdun_collector.tls import authority_of
from rongdun_contract.wire import Enrolled, Enrolment

router = APIRouter(tags=["hosts' own"])


async def post_enroll(request: Request) -> Response:
    """Exchange an enrolment token for a host's own credential."""
    services: Services = request.app.state.services
    try:
        enrolment = Enrolment.model_validate_json(await request.body())
    except ValidationError as error:
        raise invalid_wire(error) from error
    enrolled = await run_in_threadpool(_enrol, services, enrolment)
    return Response(enrolled.model_dump_json(), media_type="application/json")


@router.get("/v1/ca", response_class=PlainTextResponse)
def get_ca(services: ServicesDep) -> str:
    """The certificate authority in use, to be compared with the pin in the token before it is trusted."""
    certificate = services.settings.certificate
    authority = authority_of(certificate[0]) if certificate else None
    if authority is None:
        raise not_found("this collector has no certificate authority of its own", "Trust what the system trusts.")
    return authority


def _enrol(services: Services, enrolment: Enrolment) -> Enrolled:
    with services.store.write() as connection:
        return enrol(connection, enrolment, services.now(), services.settings.interval_s)
