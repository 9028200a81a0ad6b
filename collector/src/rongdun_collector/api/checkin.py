"""POST /v1/checkin, a bare route: the one request that every host makes all the time."""

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from rongdun_collector.answers import invalid_wire, refusal_response
from rongdun_collector.ingest.bodies import CHECKIN_BYTES, read_body
from rongdun_collector.ingest.record import Reported
from rongdun_collector.problems import Refusal, RefusedError, unauthenticated
from rongdun_collector.secret import secret_digest
from rongdun_collector.services import Services
from rongdun_contract.wire import CheckIn


async def checkin(request: Request) -> Response:
    """Answer when the check-in is durable."""
    services: Services = request.app.state.services
    try:
        host, secret = credential_of(request)
        sent = CheckIn.model_validate_json(await read_body(request, CHECKIN_BYTES))
        recorded = await services.writer.record(Reported(host, secret_digest(secret), sent))
    except ValidationError as error:
        services.counts.checkins["refused"] += 1
        return refusal_response(invalid_wire(error).refusal)
    except RefusedError as error:
        services.counts.checkins["refused"] += 1
        return refusal_response(error.refusal)
    if isinstance(recorded.answer, Refusal):
        services.counts.checkins["refused"] += 1
        return refusal_response(recorded.answer)
    kind = "acknowledged" if recorded.answer.acknowledged is not None else "asked"
    services.counts.checkins[kind] += 1
    return Response(recorded.answer.to_json(), media_type="application/json")


def credential_of(request: Request) -> tuple[str, str]:
    """Host and secret that the request came with; RefusedError (401) without."""
    scheme, _, credential = request.headers.get("authorization", "").partition(" ")
    host, dot, secret = credential.strip().partition(".")
    if scheme.lower() != "bearer" or not dot or not host or not secret:
        raise unauthenticated("no credential came with the request", "Send Authorization: Bearer HOST.SECRET.")
    return host, secret
