"""The agent's side of the wire: one connection to one collector, standard library only (see ADR 4 and 5)."""

import http.client
import ipaddress
import json
import ssl
import time
import zlib
from typing import TypeVar
from urllib.parse import urlsplit

from pydantic import ValidationError

from rongdun_agent.errors import AgentError
from rongdun_agent.state import Credential
from rongdun_contract.wire import Answer, CheckIn, Enrolled, Enrolment, Stored, Volatile, WireModel, pack_documents

TIMEOUT_S = 30.0
"""For one answer as a whole: a collector that trickles is as good as one that is down."""
LARGEST_ANSWER = 4 * 2**20
_OK = 200
M = TypeVar("M", bound=WireModel)


class Unreachable(AgentError):
    """The collector did not answer properly this time; everything stays in the spool and is sent again."""


class Rejected(AgentError):
    """The collector answered, and will answer the same again: `status` is its HTTP status."""

    def __init__(self, where: str, what: str, remedy: str, status: int) -> None:
        super().__init__(where, what, remedy)
        self.status = status


class Client:
    """Requests to the collector at `url`; `ca` is the only authority that is trusted for HTTPS."""

    def __init__(
        self, url: str, *, ca: str | None = None, secret: str | None = None, timeout_s: float = TIMEOUT_S
    ) -> None:
        self._url, self._secret, self._timeout = url.rstrip("/"), secret, timeout_s
        self._connection = _connect(self._url, ca, timeout_s)

    @classmethod
    def of(cls, credential: Credential) -> "Client":
        """A client that speaks as an enrolled host."""
        return cls(credential.url, ca=credential.ca, secret=credential.secret)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def enrol(self, enrolment: Enrolment) -> Enrolled:
        """Exchange an enrolment token for a credential."""
        return self._post("/v1/enroll", enrolment.to_json(), Enrolled)

    def check_in(self, check_in: CheckIn) -> Answer:
        """Report one state."""
        return self._post("/v1/checkin", check_in.to_json(), Answer)

    def send_documents(self, documents: dict[str, bytes]) -> Stored:
        """Send documents that the collector lacks, compressed."""
        return self._post("/v1/documents", zlib.compress(pack_documents(documents)), Stored, deflate=True)

    def send_volatile(self, volatile: Volatile) -> Stored:
        """Send the volatile sections, compressed."""
        return self._post("/v1/volatile", zlib.compress(volatile.to_json()), Stored, deflate=True)

    def authority(self) -> str:
        """The PEM of the collector's CA; nothing about it is trusted until it was compared with a pin."""
        return self._request("GET", "/v1/ca", None, {}).decode("ascii", "replace")

    def _post(self, path: str, body: bytes, model: type[M], *, deflate: bool = False) -> M:
        headers = {"Content-Type": "application/json"} | ({"Content-Encoding": "deflate"} if deflate else {})
        data = self._request("POST", path, body, headers)
        try:
            return model.model_validate_json(data)
        except ValidationError as error:
            what = f"gave an answer that is none ({error.error_count()} errors, first: {error.errors()[0]['msg']})"
            raise Unreachable(self._url + path, what, "see whether a proxy stands in between, and its log") from error

    def _request(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> bytes:
        if self._secret is not None:
            headers = headers | {"Authorization": f"Bearer {self._secret}"}
        end = time.monotonic() + self._timeout
        try:
            self._connection.putrequest(method, path, skip_accept_encoding=True)
            for name, value in headers.items():
                self._connection.putheader(name, value)
            if body is not None:
                self._connection.putheader("Content-Length", str(len(body)))
            self._connection.endheaders(body)
            response = self._connection.getresponse()
            data = self._read(response, end)
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            what = f"did not answer ({str(error) or type(error).__name__})"
            raise Unreachable(self._url, what, "see that the collector runs and that the way to it is open") from error
        if response.status != _OK:
            self._connection.close()
            raise _refusal(self._url + path, response.status, data)
        return data

    def _read(self, response: http.client.HTTPResponse, end: float) -> bytes:
        parts, size = [], 0
        while part := response.read1(65536):
            parts.append(part)
            size += len(part)
            if size > LARGEST_ANSWER or time.monotonic() > end:
                raise http.client.HTTPException("answer too long or too slow")
        if response.length:
            raise http.client.IncompleteRead(b"".join(parts), response.length)
        response.read()  # nothing more, but only this marks the connection as free for the next request
        return b"".join(parts)


def is_loopback(host: str) -> bool:
    """Whether a host name or address in a URL means this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.split("%", 1)[0]).is_loopback
    except ValueError:
        return False


def _connect(url: str, ca: str | None, timeout_s: float) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port
    if parts.scheme == "http":
        if not is_loopback(host):
            what = "is plain HTTP to another machine, which would show the credential to the network"
            raise AgentError(url, what, "give the collector a certificate and use https")
        return http.client.HTTPConnection(host, port, timeout=timeout_s)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca is None:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE  # only to fetch the CA, which is then compared with the pin
    else:
        context.load_verify_locations(cadata=ca)
    return http.client.HTTPSConnection(host, port, timeout=timeout_s, context=context)


def _refusal(where: str, status: int, data: bytes) -> AgentError:
    """A problem (RFC 9457) as an error; what may pass by itself is `Unreachable`."""
    try:
        problem = json.loads(data)
        detail, remedy = str(problem["detail"]), str(problem.get("remedy") or "")
    except (ValueError, KeyError, TypeError, RecursionError):
        detail, remedy = "gave no reason", ""
    what = f"answered {status}: {detail}"
    if status >= 500 or status in (408, 425, 429):  # noqa: PLR2004 - HTTP's own numbers
        return Unreachable(where, what, remedy or "it is tried again; see the collector's log")
    return Rejected(where, what, remedy or "see the collector's log", status)
