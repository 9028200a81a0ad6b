"""Pages for people: rendered here, Chinese first, with nothing from elsewhere; a module per page."""
