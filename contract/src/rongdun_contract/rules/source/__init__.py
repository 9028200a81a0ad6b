"""Reading YAML that people wrote: bounded, without YAML's surprises, and with the line of everything."""

from rongdun_contract.rules.source.nodes import Entries, Items, Node, Scalar, plain
from rongdun_contract.rules.source.read import parse_yaml, read_bytes, read_yaml
from rongdun_contract.rules.source.validate import read_document, validated

__all__ = [
    "Entries",
    "Items",
    "Node",
    "Scalar",
    "parse_yaml",
    "plain",
    "read_bytes",
    "read_document",
    "read_yaml",
    "validated",
]
