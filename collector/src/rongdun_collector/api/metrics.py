"""GET /metrics for Prometheus."""

from fastapi import APIRouter
from fastapi.responses import Response

from rongdun_collector.metrics import CONTENT_TYPE, render
from rongdun_collector.metrics.snapshot import take_snapshot
from rongdun_collector.services import ServicesDep

router = APIRouter(tags=["collector"])


@router.get("/metrics", response_class=Response)
def get_metrics(services: ServicesDep) -> Response:
    """Metrics of the fleet and of this process, in Prometheus' text format; see docs/reference/metrics.md."""
    return Response(render(take_snapshot(services)), media_type=CONTENT_TYPE)
