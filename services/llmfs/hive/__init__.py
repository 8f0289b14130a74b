"""The machines of the namespace: found, looked at, fed, and heard."""
