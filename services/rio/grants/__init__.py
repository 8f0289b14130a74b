"""What a machine's owner lets scene programs have of the world, and how they get it."""
