"""What was used, what it costs, and how much may be."""
