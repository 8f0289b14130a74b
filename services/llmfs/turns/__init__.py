"""What an answer is, as it grows, and where its parts go."""
