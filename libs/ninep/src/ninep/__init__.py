"""9P2000 for Python."""
