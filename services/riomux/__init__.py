"""The riomux service."""
