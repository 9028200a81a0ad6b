"""Exchange an enrolment token for a credential of this host's own."""

import base64
import hashlib
import re
import secrets
from contextlib import closing
from importlib.metadata import version
from typing import Any

from rongdun_agent.collector_client import Client
from rongdun_agent.errors import AgentError
from rongdun_agent.state import Credential, State
from rongdun_contract.documents import Section, Survey
from rongdun_contract.enrolment_token import EnrolmentToken, decode_token
from rongdun_contract.wire import Claims, Enrolment

_PEM = re.compile("-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)


def enrol(word: str, state: State, survey: Survey) -> Credential:
    """Enrol with the token `word`; `survey` holds what the host claims to be (identity, network).

    Repeating it after a crash gives the same host: the nonce is on disk before the request leaves.
    """
    token = _decode(word)
    ca = _pinned_authority(token)
    request = Enrolment(
        token=token.secret,
        nonce=state.pending_nonce(secrets.token_hex(16)),
        claims=_claims(survey),
        previous=_previous(state, token.url),
    )
    with closing(Client(token.url, ca=ca)) as client:
        answer = client.enrol(request)
    credential = Credential(url=token.url, host=answer.host, secret=answer.credential, ca=ca)
    state.save_credential(credential)
    state.forget_nonce()
    return credential


def _decode(word: str) -> EnrolmentToken:
    try:
        return decode_token(word)
    except ValueError as error:
        raise AgentError("enrolment token", str(error), "copy the whole line that `token create` printed") from error


def _pinned_authority(token: EnrolmentToken) -> str | None:
    """The CA certificate whose SHA-256 is the token's pin, fetched from the collector itself."""
    if token.url.startswith("http:"):
        return None
    if token.ca_pin is None:
        raise AgentError(token.url, "the token pins no CA", "make the token on a collector that serves TLS")
    with closing(Client(token.url)) as client:
        offered = client.authority()
    for block in _PEM.findall(offered):
        der = base64.b64decode("".join(block.split()))
        if secrets.compare_digest(hashlib.sha256(der).hexdigest(), token.ca_pin):
            return f"-----BEGIN CERTIFICATE-----{block}-----END CERTIFICATE-----\n"
    what = "offers another CA certificate than the token pins"
    raise AgentError(token.url, what, "someone may stand in between; if the CA was renewed, make a new token")


def _previous(state: State, url: str) -> str | None:
    """The credential held until now, which proves which host this is; only its own collector may see it."""
    held = state.credential()
    return held.secret if held is not None and held.url == url else None


def _claims(survey: Survey) -> Claims:
    identity, network = _facts(survey, "identity"), _facts(survey, "network")
    interfaces = network.get("interfaces", [])
    macs = [i["mac"] for i in interfaces if "mac" in i] if isinstance(interfaces, list) else []
    keys = [key["fingerprint"] for key in identity.get("ssh_host_keys", [])]
    return Claims(
        hostname=identity.get("hostname") or "localhost",
        agent=version("rongdun-agent"),
        machine_id=_told(identity.get("machine_id")),
        dmi_uuid=_told(identity.get("dmi_uuid")),
        serial=_told(identity.get("serial")),
        ssh_host_keys=tuple(keys[:16]),
        macs=tuple(sorted(set(macs))[:64]),
    )


def _facts(survey: Survey, name: str) -> dict[str, Any]:
    part = survey.get(name)
    return dict(part.facts) if isinstance(part, Section) else {}


def _told(value: object) -> str | None:
    """A fact that is known text; unknown and absent claim nothing."""
    return value if isinstance(value, str) and value else None
