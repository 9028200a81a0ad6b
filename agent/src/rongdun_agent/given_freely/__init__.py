"""Configuration of services by which people get something without saying who they are."""
