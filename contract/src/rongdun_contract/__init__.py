"""What agent and collector agreed on: facts, rules, findings and the wire."""
