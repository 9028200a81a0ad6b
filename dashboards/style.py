"""Colours, thresholds and cells that all pages share."""

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.models.dashboard import (
    DashboardSpecialValueMapOptions,
    DynamicConfigValue,
    FieldColorModeId,
    SpecialValueMap,
    SpecialValueMatch,
    Threshold,
    ThresholdsMode,
    ValueMapping,
    ValueMappingResult,
)

GREEN, YELLOW, ORANGE, RED, BLUE, GREY = "#3f9c5a", "#d9b13b", "#e0842f", "#c93a3f", "#3d71d9", "#8e8e8e"
SEVERITY_COLOURS = {"critical": RED, "high": ORANGE, "medium": YELLOW, "low": BLUE}


def steps(*pairs: tuple[float | None, str]) -> dashboard.ThresholdsConfig:
    """Colours from a value on; the first pair has no value."""
    return (
        dashboard.ThresholdsConfig()
        .mode(ThresholdsMode.ABSOLUTE)
        .steps([Threshold(value=value, color=colour) for value, colour in pairs])
    )


def good_when_high() -> dashboard.ThresholdsConfig:
    """Ratios: red below 0.6, green from 0.9, the bounds of the assessment's conclusions."""
    return steps((None, RED), (0.6, YELLOW), (0.9, GREEN))


def bad_when_any() -> dashboard.ThresholdsConfig:
    """Counts that should be zero."""
    return steps((None, GREEN), (1, RED))


def fixed(colour: str) -> dashboard.FieldColor:
    """One colour whatever the value."""
    return dashboard.FieldColor().mode(FieldColorModeId.FIXED).fixed_color(colour)


def coloured_cell(colour: str, pixels: int = 92) -> list[DynamicConfigValue]:
    """A table cell with a background from one host on."""
    thresholds = {"mode": "absolute", "steps": [{"value": None, "color": "transparent"}, {"value": 1, "color": colour}]}
    return [
        DynamicConfigValue("custom.cellOptions", {"type": "color-background", "mode": "basic"}),
        DynamicConfigValue("thresholds", thresholds),
        DynamicConfigValue("custom.align", "center"),
        DynamicConfigValue("custom.width", pixels),
    ]


def width(pixels: int) -> list[DynamicConfigValue]:
    """A table column of that width."""
    return [DynamicConfigValue("custom.width", pixels)]


def nothing_is_zero() -> ValueMapping:
    """No series means none, where a count is shown."""
    options = DashboardSpecialValueMapOptions(match=SpecialValueMatch.NULL, result=ValueMappingResult(text="0"))
    return SpecialValueMap(options=options)
