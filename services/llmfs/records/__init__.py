"""What survives a restart: the database, and the way back from it."""
