"""Steps that bring a database to the schema of this version; `store.migrate` runs them."""
