"""Built rules and controls that come with the collector; `make content` puts them here."""
