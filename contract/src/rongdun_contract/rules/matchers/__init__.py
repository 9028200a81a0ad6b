"""Every matcher that a rule may use, in one list."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from rongdun_contract.rules.matchers import absence, ages, equality, lists, modes, order, texts, versions
from rongdun_contract.rules.matchers.matcher import ABSENT, ABSENT_WORD, Complaint, Matcher

__all__ = ["ABSENT", "ABSENT_WORD", "MATCHERS", "Complaint", "Matcher"]

MATCHERS: Final[Mapping[str, Matcher]] = MappingProxyType(
    {
        "is": equality.IS,
        "not": equality.NOT,
        "in": equality.IN,
        "at_least": order.AT_LEAST,
        "at_most": order.AT_MOST,
        "between": order.BETWEEN,
        "matches": texts.MATCHES,
        "contains": lists.CONTAINS,
        "superset": lists.SUPERSET,
        "subset": lists.SUBSET,
        "mode_at_most": modes.MODE_AT_MOST,
        "version_at_least": versions.VERSION_AT_LEAST,
        "older_than": ages.OLDER_THAN,
        "absent": absence.ABSENT_MATCHER,
    }
)
