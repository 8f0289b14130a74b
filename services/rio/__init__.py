"""The rio service."""
