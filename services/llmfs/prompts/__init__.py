"""A prompt on its way in: its text, its pictures, its bounds."""
