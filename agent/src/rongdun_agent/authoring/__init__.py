"""For authors of rules: trying their cases on hosts made for the purpose, and building what passes."""
