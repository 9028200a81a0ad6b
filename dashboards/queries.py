"""PromQL that several panels share: everything is filtered by the variables unit, system and level."""

FILTER = 'unit=~"$unit",system=~"$system",level=~"$level"'
CHOSEN = f"rongdun_host_info{{{FILTER}}}"


def of_chosen_hosts(series: str) -> str:
    """Narrow a per-host series to the hosts that the variables choose."""
    return f"({series} and on(host) {CHOSEN})"


def with_names(series: str) -> str:
    """Give a per-host series the host's name, unit and system."""
    return f"{series} * on(host) group_left(hostname, unit, system) {CHOSEN}"


def clause_hosts(result: str) -> str:
    """Chosen level's hosts by clause for one result, with the clause in words."""
    hosts = f'rongdun_clause_hosts{{level=~"$clause_level",result="{result}"}}'
    info = 'rongdun_clause_info{level=~"$clause_level"}'
    return f"sum by (clause, control_point, gist) ({hosts} * on(clause, level) group_left(control_point, gist) {info})"
