"""The baseline pack and its controls as built JSON; `make content` writes them beside this file."""
