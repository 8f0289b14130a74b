"""Closes every descriptor there is."""
# ends: the worker ended
import os

os.closerange(0, 4096)
