"""Conditions as values, and their compiled form: plain JSON."""

from dataclasses import dataclass
from typing import Any, Literal

from rongdun_contract.rules.paths import Path, decode_path, encode_path

Verdict = Literal["pass", "fail"]
Empty = Literal["pass", "fail", "not_applicable"]
Quantifier = Literal["every", "some", "none"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """An argument that is looked up in the rule's parameters."""

    name: str


@dataclass(frozen=True, slots=True)
class Compare:
    """One fact, one matcher. `if_absent`: what holds when the fact is absent; None leaves it to what stands around."""

    path: Path
    matcher: str
    argument: Any
    if_absent: Verdict | None = None


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold; `if_absent` is what this comes to as far as comparisons inside meet absent facts."""

    part: "Condition"
    if_absent: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Quantified:
    """Something about the elements of a list or mapping.

    `new_key` not None: only elements whose key the reference lacks. `label`: the fields by which an element is called.
    """

    quantifier: Quantifier
    over: Path
    empty: Empty
    where: "Condition | None" = None
    that: "Condition | None" = None
    label: tuple[Path, ...] = ()
    new_key: tuple[Path, ...] | None = None


Condition = Compare | All | AnyOf | Not | Quantified
Json = dict[str, Any]


def encode(condition: Condition) -> Json:
    """The compiled form of a condition."""
    if isinstance(condition, Compare):
        return _without_none(
            path=encode_path(condition.path),
            matcher=condition.matcher,
            argument=_encode_argument(condition.argument),
            if_absent=condition.if_absent,
        )
    if isinstance(condition, All):
        return {"all": [encode(part) for part in condition.parts]}
    if isinstance(condition, AnyOf):
        return {"any": [encode(part) for part in condition.parts]}
    if isinstance(condition, Not):
        return _without_none(**{"not": encode(condition.part), "if_absent": condition.if_absent})
    return _encode_quantified(condition)


def decode(json: Json) -> Condition:
    """The condition that a compiled form stands for."""
    if "path" in json:
        return Compare(
            decode_path(json["path"]), json["matcher"], _decode_argument(json["argument"]), json.get("if_absent")
        )
    if "all" in json:
        return All(tuple(map(decode, json["all"])))
    if "any" in json:
        return AnyOf(tuple(map(decode, json["any"])))
    if "not" in json:
        return Not(decode(json["not"]), json.get("if_absent"))
    return _decode_quantified(json)


def _encode_quantified(condition: Quantified) -> Json:
    return _without_none(
        quantifier=condition.quantifier,
        over=encode_path(condition.over),
        empty=condition.empty,
        where=None if condition.where is None else encode(condition.where),
        that=None if condition.that is None else encode(condition.that),
        label=[encode_path(path) for path in condition.label],
        new_key=None if condition.new_key is None else [encode_path(path) for path in condition.new_key],
    )


def _decode_quantified(json: Json) -> Quantified:
    new_key = json.get("new_key")
    return Quantified(
        json["quantifier"],
        decode_path(json["over"]),
        json["empty"],
        where=decode(json["where"]) if "where" in json else None,
        that=decode(json["that"]) if "that" in json else None,
        label=tuple(map(decode_path, json["label"])),
        new_key=None if new_key is None else tuple(map(decode_path, new_key)),
    )


def _encode_argument(argument: Any) -> Any:  # noqa: ANN401 - any JSON value
    return {"param": argument.name} if isinstance(argument, Parameter) else argument


def _decode_argument(json: Any) -> Any:  # noqa: ANN401 - any JSON value
    return Parameter(json["param"]) if isinstance(json, dict) and "param" in json else json


def _without_none(**entries: Any) -> Json:  # noqa: ANN401 - any JSON values
    return {key: value for key, value in entries.items() if value is not None}
