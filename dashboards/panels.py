"""Builders of panels and variables that all pages share; every query goes to the page's Prometheus."""

from collections.abc import Callable, Mapping, Sequence

from grafana_foundation_sdk.builders import bargauge, common, dashboard, prometheus, stat, table, timeseries
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models.common import (
    BarGaugeDisplayMode,
    BigValueColorMode,
    BigValueGraphMode,
    LegendDisplayMode,
    LegendPlacement,
    SortOrder,
    TooltipDisplayMode,
    VizOrientation,
)
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    DataSourceRef,
    DataTransformerConfig,
    DynamicConfigValue,
    Panel,
    VariableModel,
    VariableRefresh,
    VariableSort,
)
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

Rows = Mapping[str, tuple[Callable[[], Builder[Panel]], ...]]
"""Rows of a page by their titles, and their panels in order."""

PROMETHEUS = DataSourceRef(type_val="prometheus", uid="${datasource}")
DATASOURCE = dashboard.DatasourceVariable("datasource").label("数据源").type("prometheus")


def page(uid: str, title: str, *tags: str) -> dashboard.Dashboard:
    """An empty page in the house's manner: Shanghai's time, read only."""
    return (
        dashboard.Dashboard(title)
        .uid(uid)
        .tags(["rongdun", *tags])
        .timezone("Asia/Shanghai")
        .refresh("1m")
        .time("now-24h", "now")
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .readonly()
    )


def filled(empty: dashboard.Dashboard, variables: Sequence[Builder[VariableModel]], rows: Rows) -> dashboard.Dashboard:
    """The page with its variables, and its rows of panels in order."""
    for variable_of in variables:
        empty = empty.with_variable(variable_of)
    for title, panels in rows.items():
        empty = empty.with_row(dashboard.Row(title))
        for panel in panels:
            empty = empty.with_panel(panel())
    return empty


def query(expression: str, legend: str = "", *, instant: bool = False, ref: str = "A") -> prometheus.Dataquery:
    """What a panel asks: its whole range, or (for tables) only what is so now."""
    asked = prometheus.Dataquery().expr(expression).legend_format(legend).ref_id(ref).datasource(PROMETHEUS)
    return asked.instant().format(PromQueryFormat.TABLE) if instant else asked.range()


def figure(title: str, expression: str, says: str) -> stat.Panel:
    """One figure, and how it went behind it."""
    return (
        stat.Panel()
        .title(title)
        .description(says)
        .datasource(PROMETHEUS)
        .with_target(query(expression))
        .color_mode(BigValueColorMode.VALUE)
        .graph_mode(BigValueGraphMode.AREA)
        .span(4)
        .height(4)
        .no_value("0")
    )


def lines(title: str, expression: str, legend: str) -> timeseries.Panel:
    """Lines over time, a series each."""
    return (
        timeseries.Panel()
        .title(title)
        .datasource(PROMETHEUS)
        .with_target(query(expression, legend))
        .line_width(2)
        .fill_opacity(12)
        .legend(
            common.VizLegendOptions()
            .display_mode(LegendDisplayMode.LIST)
            .placement(LegendPlacement.BOTTOM)
            .show_legend(show_legend=True)
        )
        .tooltip(common.VizTooltipOptions().mode(TooltipDisplayMode.MULTI).sort(SortOrder.DESCENDING))
        .span(12)
        .height(8)
    )


def coloured_lines(title: str, expression: str, label: str, colours: Mapping[str, str]) -> timeseries.Panel:
    """Counts over time, a line for each value of a label in its own colour."""
    panel = lines(title, expression, f"{{{{{label}}}}}")
    for value, colour in colours.items():
        panel = panel.override_by_name(value, [DynamicConfigValue("color", {"mode": "fixed", "fixedColor": colour})])
    return panel.min(0).decimals(0)


def bars(title: str, expression: str, legend: str) -> bargauge.Panel:
    """One bar for each series, as they are now."""
    return (
        bargauge.Panel()
        .title(title)
        .datasource(PROMETHEUS)
        .with_target(query(expression, legend).instant())
        .orientation(VizOrientation.HORIZONTAL)
        .display_mode(BarGaugeDisplayMode.GRADIENT)
        .text(common.VizTextDisplayOptions().title_size(14).value_size(18))
    )


def joined_table(title: str, says: str, columns: dict[str, str], expressions: dict[str, str]) -> table.Panel:
    """A table whose queries are joined by their labels; `columns` names what is shown, in order, and how."""
    panel = table.Panel().title(title).description(says).datasource(PROMETHEUS)
    for ref, expression in expressions.items():
        panel = panel.with_target(query(expression, instant=True, ref=ref))
    order = {column: at for at, column in enumerate(columns)}
    return panel.with_transformation(DataTransformerConfig(id_val="merge", options={})).with_transformation(
        DataTransformerConfig(
            id_val="organize",
            options={"excludeByName": {"Time": True}, "indexByName": order, "renameByName": columns},
        )
    )


def variable(name: str, label: str, query: str, *, several: bool = True) -> dashboard.QueryVariable:
    """A choice at the top of the page; `several` may be chosen at once, or all."""
    variable = (
        dashboard.QueryVariable(name)
        .label(label)
        .datasource(PROMETHEUS)
        .query(query)
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(VariableSort.ALPHABETICAL_ASC)
    )
    return variable.multi(multi=True).include_all(include_all=True).all_value(".*") if several else variable
