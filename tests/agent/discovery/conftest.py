"""scapy as the service loads it, before any test module here imports it its own way."""

from rongdun_agent.discovery import light_scapy

with light_scapy.loading():
    import rongdun_agent.discovery.packets  # noqa: F401 - for what it loads
