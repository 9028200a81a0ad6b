"""What discovery services see on the wire, against what has an agent."""
