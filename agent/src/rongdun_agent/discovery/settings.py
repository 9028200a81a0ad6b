"""/etc/rongdun/discovery.toml: which links are watched, and what may be asked there; nothing that is not listed."""

import tomllib
from ipaddress import IPv4Network, ip_network
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from rongdun_agent.errors import AgentError
from rongdun_contract.facts.devices import MOST_DEVICES, MOST_SEGMENTS, InterfaceName

SYSTEM_SETTINGS = Path("/etc/rongdun/discovery.toml")
MOST_ASKED_IN_A_NETWORK = 4096
MOST_ASKED_ON_A_SEGMENT = 16_384
DAY_S = 86_400


def _network(value: object) -> IPv4Network:
    """A network as written; numbers, host bits and IPv6 are refused, because each of them is more often a slip."""
    if not isinstance(value, str):
        raise ValueError('must be text such as "192.0.2.0/24"')  # noqa: TRY004 - pydantic reports ValueError
    network = ip_network(value)
    if not isinstance(network, IPv4Network):
        raise ValueError("is IPv6, which has no ARP and is never swept")  # noqa: TRY004 - the same
    return network


def _sweepable(value: object) -> IPv4Network:
    network = _network(value)
    if network.num_addresses > MOST_ASKED_IN_A_NETWORK:
        raise ValueError(f"has {network.num_addresses} addresses; at most {MOST_ASKED_IN_A_NETWORK} (a /20) are swept")
    if network.is_loopback or network.is_multicast or network.is_reserved or network.is_unspecified:
        raise ValueError("is no network of hosts on a link")
    return network


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SweepSettings(_Settings):
    """What may be asked on a segment; only addresses that its interface's own networks contain are ever asked."""

    networks: Annotated[
        tuple[Annotated[IPv4Network, BeforeValidator(_sweepable)], ...],
        Field(min_length=1, max_length=64, description="IPv4 networks that may be asked, each at most a /20"),
    ]
    exclude: Annotated[
        tuple[Annotated[IPv4Network, BeforeValidator(_network)], ...],
        Field(max_length=256, description="addresses and networks among them that are never asked"),
    ] = ()
    every_s: int = Field(900, ge=60, le=DAY_S, description="seconds between the beginnings of two sweeps")
    rate_per_s: int = Field(50, ge=1, le=200, description="requests in a second")
    tries: int = Field(2, ge=1, le=3, description="requests to an address that does not answer, in one sweep")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        total = sum(network.num_addresses for network in self.networks)
        if total > MOST_ASKED_ON_A_SEGMENT:
            raise ValueError(
                f"the networks have {total} addresses together; at most {MOST_ASKED_ON_A_SEGMENT} are swept"
            )
        if total * self.tries > self.every_s * self.rate_per_s:
            raise ValueError("a sweep would not end before the next begins: raise every_s or rate_per_s, or list less")
        for excluded in self.exclude:
            if not any(excluded.overlaps(network) for network in self.networks):
                raise ValueError(f"exclude: {excluded} is in none of the networks, so it excludes nothing")
        return self


class SegmentSettings(_Settings):
    """One interface to listen on."""

    interface: InterfaceName = Field(description="name of an Ethernet interface")
    most_devices: int = Field(1024, ge=1, le=MOST_DEVICES, description="devices that are kept, at most")
    absent_after_s: int | None = Field(
        None,
        ge=120,
        le=30 * DAY_S,
        description="silence after which a device is gone that answers sweeps; without it four times `every_s`",
    )
    unheard_after_s: int = Field(
        DAY_S, ge=120, le=30 * DAY_S, description="the same for a device, or an address, that is only listened to"
    )
    forget_after_s: int = Field(30 * DAY_S, ge=3600, description="a device that was gone for so long is forgotten")
    promiscuous: bool = Field(False, description="also take frames for others, where a switch mirrors them to here")  # noqa: FBT003 - a default
    sweep: SweepSettings | None = Field(None, description="what may be asked; without it nothing is ever sent")

    @model_validator(mode="after")
    def _silence_outlasts_sweeps(self) -> Self:
        if self.absent_after_s is None:
            return self
        if self.sweep is None:
            raise ValueError("absent_after_s is for what is swept; without a sweep set unheard_after_s")
        if self.absent_after_s < 2 * self.sweep.every_s:
            raise ValueError(
                "absent_after_s must be at least twice sweep.every_s, or one lost answer makes a device gone"
            )
        return self

    def silence_s(self, *, swept: bool) -> int:
        """How long a device, or an address of it, may be silent before it is gone."""
        if not swept or self.sweep is None:
            return self.unheard_after_s
        return self.absent_after_s or 4 * self.sweep.every_s


class DiscoverySettings(_Settings):
    """The whole file."""

    segment: Annotated[
        tuple[SegmentSettings, ...],
        Field(min_length=1, max_length=MOST_SEGMENTS, description="what is watched: a `[[segment]]` for each"),
    ]
    frames_per_s: int = Field(
        500, ge=50, le=10_000, description="frames that are looked at in a second on each segment; the rest is dropped"
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        names = [segment.interface for segment in self.segment]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"segment: {', '.join(twice)} is listed more than once")
        if (total := sum(segment.most_devices for segment in self.segment)) > MOST_DEVICES:
            raise ValueError(f"most_devices of all segments are {total} together; at most {MOST_DEVICES} are kept")
        return self


def load_settings(path: Path | None = None) -> DiscoverySettings:
    """Read the file; without one nothing is watched, and the service has no reason to run."""
    where = path or SYSTEM_SETTINGS
    try:
        return DiscoverySettings.model_validate(tomllib.loads(where.read_text("utf-8")))
    except FileNotFoundError as error:
        remedy = "write a [[segment]] with the interface to watch into it, or do not start the service"
        raise AgentError(str(where), "does not exist, so no segment is watched", remedy) from error
    except (OSError, UnicodeDecodeError) as error:
        raise AgentError(str(where), f"cannot be read ({error})", "mend its permissions or encoding") from error
    except tomllib.TOMLDecodeError as error:
        raise AgentError(str(where), f"is no TOML: {error}", "mend that line") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        what = first["msg"].removeprefix("Value error, ")
        remedy = "docs/reference/discovery-settings.md lists every key with its bounds"
        raise AgentError(f"{where}: {key}" if key else str(where), what, remedy) from error
