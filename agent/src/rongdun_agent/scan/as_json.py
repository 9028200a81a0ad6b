"""The scan as one JSON object: stable, documented, versioned (schema 1)."""

import json
from typing import Any, TextIO

from rongdun_agent.scan.judgement import Judgement
from rongdun_contract.findings import Finding

SCHEMA = 1


def write_json(judgement: Judgement, out: TextIO) -> None:
    """Print the object and a newline."""
    json.dump(as_plain(judgement), out, ensure_ascii=False, indent=2)
    out.write("\n")


def as_plain(judgement: Judgement) -> dict[str, Any]:
    """Everything as JSON data; every key is always there."""
    score = judgement.score
    return {
        "schema": SCHEMA,
        "host": judgement.host_name,
        "level": judgement.wish.level,
        "packs": [{"id": pack.id, "version": pack.version} for pack in judgement.wish.packs],
        "findings": [_plain(finding) for finding in judgement.findings],
        "probes": [{"name": p.name, "seconds": round(p.seconds, 4), "error": p.error} for p in judgement.probes],
        "score": None if score.score is None else round(score.score, 1),
        "confidence": None if score.confidence is None else round(score.confidence, 3),
    }


def _plain(finding: Finding) -> dict[str, Any]:
    return finding.model_dump(mode="json")
