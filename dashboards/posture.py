"""安全态势总览: the page that the SOC has open all day."""

from grafana_foundation_sdk.builders import common, dashboard
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models.common import BarGaugeDisplayMode
from grafana_foundation_sdk.models.dashboard import (
    DataTransformerConfig,
    DynamicConfigValue,
    Panel,
)

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
    query,
    variable,
)
from dashboards.queries import CHOSEN, FILTER, clause_hosts, of_chosen_hosts, with_names
from dashboards.style import (
    GREEN,
    GREY,
    ORANGE,
    RED,
    SEVERITY_COLOURS,
    YELLOW,
    bad_when_any,
    coloured_cell,
    fixed,
    good_when_high,
    steps,
    width,
)

UID, TITLE = "rongdun-posture", "榕盾 · 安全态势总览"
RESULTS = {"符合": GREEN, "部分符合": YELLOW, "不符合": RED, "未检": GREY}


_OF_UNIT = 'unit=~"$unit"'


def build() -> dashboard.Dashboard:
    """The whole page: variables, then rows of panels."""
    return filled(page(UID, TITLE, "等保"), VARIABLES, PANELS)


def _reporting() -> Builder[Panel]:
    says = "两小时内报告过的主机 Hosts heard of within two hours"
    panel = figure("在线主机 Reporting", f'sum(rongdun_hosts{{presence="reporting",{FILTER}}})', says)
    return panel.thresholds(steps((None, GREEN)))


def _silent() -> Builder[Panel]:
    says = "超过两小时没有消息的主机 Hosts not heard of for two hours"
    expression = f'sum(rongdun_hosts{{presence="silent",{FILTER}}}) or vector(0)'
    return figure("失联主机 Silent", expression, says).thresholds(bad_when_any())


def _score() -> Builder[Panel]:
    says = "通过与未通过规则按权重之比 Weight of what passes among what passes or fails"
    panel = figure("平均得分 Mean score", f"avg{of_chosen_hosts('rongdun_host_score_ratio')}", says)
    return panel.unit("percentunit").decimals(1).thresholds(good_when_high())


def _confidence() -> Builder[Panel]:
    says = "可判定的部分；低置信度的高分不可信 What could be judged; a high score with low confidence proves little"
    panel = figure("平均置信度 Confidence", f"avg{of_chosen_hosts('rongdun_host_confidence_ratio')}", says)
    return panel.unit("percentunit").decimals(1).thresholds(good_when_high())


def _critical() -> Builder[Panel]:
    says = "未通过的紧急规则，各主机合计 Failing critical rules over all hosts"
    expression = f'sum(rongdun_findings{{verdict="fail",severity="critical",{FILTER}}}) or vector(0)'
    return figure("紧急问题 Critical", expression, says).thresholds(bad_when_any())


def _conflicts() -> Builder[Panel]:
    says = "自称同一主机的多个主机，如克隆 Hosts that say they are the same, as clones do"
    return figure("身份冲突 Conflicts", "max(rongdun_conflicts)", says).thresholds(bad_when_any())


def _findings() -> Builder[Panel]:
    expression = f'sum by (severity) (rongdun_findings{{verdict="fail",{FILTER}}})'
    title = "未通过的规则，按严重程度 Failing rules by severity"
    return coloured_lines(title, expression, "severity", SEVERITY_COLOURS)


def _trend() -> Builder[Panel]:
    expression = f"avg{of_chosen_hosts('rongdun_host_score_ratio')}"
    confidence = f"avg{of_chosen_hosts('rongdun_host_confidence_ratio')}"
    panel = lines("得分与置信度 Score and confidence", expression, "得分 score")
    panel = panel.with_target(query(confidence, "置信度 confidence", ref="B"))
    return panel.unit("percentunit").min(0).max(1)


def _clauses() -> Builder[Panel]:
    refs = dict(zip("ABCD", RESULTS, strict=True))
    columns = {"clause": "条款", "control_point": "控制点", "gist": "要求"} | {
        f"Value #{r}": n for r, n in refs.items()
    }
    says = "各条款的主机数：GB/T 22239-2019 安全计算环境 Hosts by clause and result"
    panel = joined_table("等保条款 Clauses", says, columns, {ref: clause_hosts(result) for ref, result in refs.items()})
    for result, colour in RESULTS.items():
        panel = panel.override_by_name(result, coloured_cell(colour))
    panel = panel.override_by_name("条款", width(90)).override_by_name("控制点", width(130))
    return panel.span(24).height(13)


def _worst_units() -> Builder[Panel]:
    expression = (
        f"sort(bottomk(10, avg by (unit) ({with_names('rongdun_host_score_ratio')}) "
        "* on(unit) group_left(name) rongdun_unit_info))"
    )
    return (
        bars("得分最低的单位 Lowest units", expression, "{{name}}")
        .description("各单位在线主机的平均得分 Mean score of each unit's reporting hosts")
        .unit("percentunit")
        .decimals(1)
        .min(0)
        .max(1)
        .thresholds(good_when_high())
        .span(7)
        .height(10)
    )


def _worst_rules() -> Builder[Panel]:
    columns = {"title": "规则", "severity": "严重程度", "Value": "主机数"}
    expression = (
        "topk(15, sum by (title, severity) (rongdun_rule_failing_hosts * on(rule) group_left(title) rongdun_rule_info))"
    )
    panel = joined_table("未通过最多的规则 Worst rules", "不受上方变量影响 Whole fleet", columns, {"A": expression})
    return panel.override_by_name("主机数", width(80)).override_by_name("严重程度", width(90)).span(8).height(10)


def _worst_hosts() -> Builder[Panel]:
    columns = {
        "hostname": "主机",
        "unit": "单位",
        "Value #A": "得分",
        "Value #B": "置信度",
        "Value #C": "紧急",
        "Value #D": "高",
    }
    keep = "by (hostname, unit)"
    failed = 'rongdun_host_findings_failed{{severity="{}"}}'
    expressions = {
        "A": f"bottomk(15, sum {keep} ({with_names('rongdun_host_score_ratio')}))",
        "B": f"sum {keep} ({with_names('rongdun_host_confidence_ratio')})",
        "C": f"sum {keep} ({with_names(failed.format('critical'))})",
        "D": f"sum {keep} ({with_names(failed.format('high'))})",
    }
    panel = joined_table(
        "得分最低的主机 Lowest hosts", "点开榕盾控制台看证据 Evidence is in the console", columns, expressions
    )
    panel = panel.with_transformation(
        DataTransformerConfig(
            id_val="filterByValue",
            options={
                "filters": [{"fieldName": "得分", "config": {"id": "isNotNull", "options": {}}}],
                "type": "include",
                "match": "all",
            },
        )
    )
    for name in ("得分", "置信度"):
        panel = panel.override_by_name(name, [DynamicConfigValue("unit", "percentunit"), *width(76)])
    panel = panel.override_by_name("紧急", coloured_cell(RED, 60)).override_by_name("高", coloured_cell(ORANGE, 60))
    return panel.sort_by([common.TableSortByFieldState().display_name("得分")]).span(9).height(10)


def _ages() -> Builder[Panel]:
    expression = f"sort_desc(topk(10, {with_names('(time() - rongdun_host_last_checkin_timestamp_seconds)')}))"
    return (
        bars("最久没有消息的主机 Longest unheard", expression, "{{hostname}}")
        .display_mode(BarGaugeDisplayMode.BASIC)
        .unit("s")
        .min(0)
        .thresholds(steps((None, GREEN), (3600, YELLOW), (7200, RED)))
        .span(12)
        .height(8)
    )


def _spooled() -> Builder[Panel]:
    expression = f"sum{of_chosen_hosts('rongdun_host_spooled_states')}"
    panel = lines("主机上积压的状态 States waiting on hosts", expression, "积压 spooled")
    return panel.color_scheme(fixed(ORANGE)).min(0).decimals(0)


def _without_agent() -> Builder[Panel]:
    says = "在网而未装代理的设备 Devices on watched segments that no agent speaks for"
    expression = f'sum(rongdun_wire_devices{{agent="without",presence="present",{_OF_UNIT}}})'
    return figure("未装代理的设备 Without agent", expression, says).thresholds(steps((None, GREEN), (1, YELLOW)))


def _left_the_wire() -> Builder[Panel]:
    says = "装有代理、已从被监听网段消失的主机 Hosts with an agent that left their segment"
    panel = figure("已离网的主机 Left the wire", f'sum(rongdun_wire_hosts{{wire="gone",{_OF_UNIT}}})', says)
    return panel.thresholds(bad_when_any())


def _mute() -> Builder[Panel]:
    says = "仍在网而代理失联的主机 Hosts that are on the wire while their agents are silent"
    expression = f'sum(rongdun_wire_hosts{{wire="present",presence="silent",{_OF_UNIT}}})'
    return figure("在网而代理失联 Agent dead", expression, says).thresholds(bad_when_any())


def _deaf() -> Builder[Panel]:
    says = "配置为监听、现在无人监听的网段 Segments that should be watched and are not"
    panel = figure("失聪网段 Not listening", f'sum(rongdun_wire_segments{{listening="false",{_OF_UNIT}}})', says)
    return panel.thresholds(steps((None, GREEN), (1, YELLOW)))


def _drill_points() -> Builder[Panel]:
    says = "进行中的演练，各单位自动得分；详见攻防演练页 Points of units in drills under way; see the drill page"
    points = f"sum by (drill, unit) (rongdun_drill_points{{{_OF_UNIT}}})"
    named = f"{points} * on(unit) group_left(name) rongdun_unit_info"
    panel = bars("演练得分 Drill points", f"sort_desc({named})", "{{name}}").description(says)
    return panel.decimals(0).thresholds(steps((None, RED), (0, GREEN))).span(16).height(8)


def _drill_unanswered() -> Builder[Panel]:
    says = "演练中无人确认的对象 Objects of drills that nobody has taken"
    panel = figure("未确认对象 Not taken", f'sum(rongdun_drill_objects{{state="unacknowledged",{_OF_UNIT}}})', says)
    return panel.thresholds(bad_when_any()).span(8).height(8)


VARIABLES = (
    DATASOURCE,
    variable("unit", "责任单位", "label_values(rongdun_hosts, unit)"),
    variable("system", "信息系统", "label_values(rongdun_hosts, system)"),
    variable("level", "等级", "label_values(rongdun_hosts, level)"),
    variable("clause_level", "条款等级", "label_values(rongdun_clause_info, level)", several=False),
)

PANELS: Rows = {
    "概况 Overview": (_reporting, _silent, _score, _confidence, _critical, _conflicts),
    "趋势 Trend": (_findings, _trend),
    "等保 Clauses": (_clauses,),
    "最需要关注 Worst first": (_worst_units, _worst_rules, _worst_hosts),
    "网上设备 On the wire": (_without_agent, _left_the_wire, _mute, _deaf),
    "攻防演练 Drill": (_drill_points, _drill_unanswered),
    "数据新鲜度 Freshness": (_ages, _spooled),
}
"""Rows and their panels, in the order of the page."""

__all__ = ["CHOSEN", "PANELS", "TITLE", "UID", "build"]
