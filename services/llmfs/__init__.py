"""The llmfs service."""
