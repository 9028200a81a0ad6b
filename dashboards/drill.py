"""攻防演练: how an open drill stands, for the room that runs it; why a unit has its points is in the console."""

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models.dashboard import DynamicConfigValue, Panel

from dashboards.panels import (
    DATASOURCE,
    Rows,
    bars,
    coloured_lines,
    figure,
    filled,
    joined_table,
    lines,
    page,
    variable,
)
from dashboards.style import GREEN, GREY, ORANGE, RED, YELLOW, bad_when_any, coloured_cell, steps, width

UID, TITLE = "rongdun-drill", "榕盾 · 攻防演练"
CHOSEN = 'rongdun_drill_info{name="$drill"}'
STATES = {"unacknowledged": RED, "acknowledged": YELLOW, "disposed": GREEN}
HOSTS = {"watching": GREEN, "lagging": RED, "waiting": YELLOW, "excluded": GREY}


def build() -> dashboard.Dashboard:
    """The whole page: variables, then rows of panels."""
    return filled(page(UID, TITLE, "攻防演练").refresh("10s").time("now-6h", "now"), VARIABLES, PANELS)


def _chosen(series: str) -> str:
    """Narrow a series to the chosen drill."""
    return f"({series} and on(drill) {CHOSEN})"


def _of_units(series: str, **labels: str) -> str:
    """Narrow a series of units to those chosen in the chosen drill, and to these labels."""
    matchers = ",".join(['unit=~"$unit"', *(f'{label}="{value}"' for label, value in labels.items())])
    return _chosen(f"{series}{{{matchers}}}")


def _named(expression: str) -> str:
    """Give a series of units the unit's name; a unit that left the register keeps none and drops out."""
    return f"sum by (unit) ({expression}) * on(unit) group_left(name) rongdun_unit_info"


def _left() -> Builder[Panel]:
    says = "距演练结束；结束后为负 Until the drill ends; negative afterwards"
    panel = figure("剩余时间 Time left", f"max{_chosen('(rongdun_drill_end_timestamp_seconds - time())')}", says)
    return panel.unit("s").decimals(0).thresholds(steps((None, GREY), (0, GREEN)))


def _age() -> Builder[Panel]:
    says = "本页数字所说的时刻距今：封榜或结束后不断增大 Age of these figures; grows once the drill is frozen or over"
    panel = figure("数据时刻距今 Age", f"max{_chosen('(time() - rongdun_drill_as_of_timestamp_seconds)')}", says)
    return panel.unit("s").decimals(0).thresholds(steps((None, GREEN), (120, YELLOW), (300, RED)))


def _watching() -> Builder[Panel]:
    says = "监视中的主机占应参演主机之比 Hosts that watch among those that should"
    part = f"sum{_of_units('rongdun_drill_hosts', state='watching')}"
    whole = _chosen('rongdun_drill_hosts{unit=~"$unit",state!="excluded"}')
    panel = figure("监视覆盖 Watching", f"{part} / sum{whole}", says)
    return panel.unit("percentunit").decimals(0).thresholds(steps((None, RED), (0.9, YELLOW), (1, GREEN)))


def _unacknowledged() -> Builder[Panel]:
    says = "无人确认的严重对象 Critical objects that nobody has taken"
    expression = f"sum{_of_units('rongdun_drill_objects', severity='critical', state='unacknowledged')}"
    return figure("未确认的严重对象 Not taken", expression, says).thresholds(bad_when_any())


def _missed() -> Builder[Panel]:
    says = "已登记而未被发现的攻击动作 Registered stimuli that nothing was found for"
    return figure("漏报 Missed", f"sum{_of_units('rongdun_drill_missed_stimuli')}", says).thresholds(bad_when_any())


def _false() -> Builder[Panel]:
    says = "标记为误报的次数 Things that were nothing"
    panel = figure("误报 False alarms", f"sum{_of_units('rongdun_drill_false_positives')}", says)
    return panel.thresholds(steps((None, GREEN), (1, YELLOW)))


def _ranking() -> Builder[Panel]:
    expression = f"sort_desc({_named(_of_units('rongdun_drill_points'))})"
    panel = bars("单位得分 Points", expression, "{{name}}").description(
        "自动计分，高者在前 Automatic points, best first"
    )
    return panel.decimals(0).thresholds(steps((None, RED), (0, GREEN))).span(8).height(12)


def _race() -> Builder[Panel]:
    panel = lines("得分变化 Points over time", _named(_of_units("rongdun_drill_points")), "{{name}}")
    return panel.decimals(0).span(16).height(12)


def _units() -> Builder[Panel]:
    columns = {
        "name": "单位",
        "Value #A": "得分",
        "Value #B": "未确认",
        "Value #C": "已确认",
        "Value #D": "已处置",
        "Value #E": "漏报",
        "Value #F": "误报",
        "Value #G": "发现中位",
        "Value #H": "发现 P90",
        "Value #I": "处置中位",
        "Value #J": "处置 P90",
    }
    asked = [_of_units("rongdun_drill_points")]
    asked += [_of_units("rongdun_drill_objects", state=state) for state in STATES]
    asked += [_of_units("rongdun_drill_missed_stimuli"), _of_units("rongdun_drill_false_positives")]
    asked += [
        _of_units(f"rongdun_drill_{clock}_seconds", percentile=percentile)
        for clock in ("detect", "dispose")
        for percentile in ("50", "90")
    ]
    expressions = {ref: _named(series) for ref, series in zip("ABCDEFGHIJ", asked, strict=True)}
    panel = joined_table("各单位 Units", "用时只含已停的时钟 Times are of clocks that stopped", columns, expressions)
    for name in ("发现中位", "发现 P90", "处置中位", "处置 P90"):
        panel = panel.override_by_name(name, [DynamicConfigValue("unit", "s"), *width(110)])
    panel = panel.override_by_name("未确认", coloured_cell(RED, 80)).override_by_name("漏报", coloured_cell(ORANGE, 80))
    return panel.override_by_name("unit", [DynamicConfigValue("custom.hidden", value=True)]).span(24).height(10)


def _objects() -> Builder[Panel]:
    expression = f"sum by (state) {_of_units('rongdun_drill_objects')}"
    return coloured_lines("对象，按状态 Objects by state", expression, "state", STATES)


def _hosts() -> Builder[Panel]:
    expression = f"sum by (state) {_of_units('rongdun_drill_hosts')}"
    return coloured_lines("主机，按状态 Hosts by state", expression, "state", HOSTS)


def _waiting() -> Builder[Panel]:
    age = _of_units("rongdun_drill_waiting_since_timestamp_seconds")
    expression = f"sort_desc(max by (unit, severity) (time() - {age}) * on(unit) group_left(name) rongdun_unit_info)"
    panel = bars("等待确认最久 Longest without an answer", expression, "{{name}} · {{severity}}")
    return panel.unit("s").min(0).thresholds(steps((None, GREEN), (300, YELLOW), (900, RED))).span(24).height(8)


VARIABLES = (
    DATASOURCE,
    variable("drill", "演练", "label_values(rongdun_drill_info, name)", several=False),
    variable("unit", "责任单位", "label_values(rongdun_drill_points, unit)"),
)

PANELS: Rows = {
    "战况 How it stands": (_left, _age, _watching, _unacknowledged, _missed, _false),
    "得分 Points": (_ranking, _race, _units),
    "信号与主机 Signals and hosts": (_objects, _hosts, _waiting),
}
"""Rows and their panels, in the order of the page."""
