"""What stands at the top of every page that is made."""

MADE = "<!-- made by `make generate`; change the code instead -->\n"
