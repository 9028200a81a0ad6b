"""The wire: listen on the links that the configuration names, ask where it allows, and write down what is there.

Only `service` and what it imports may load scapy; `finding`, which the ordinary probe reads by, loads nothing.
"""
