"""Crashes its process."""
# ends: the worker ended
import ctypes

ctypes.string_at(0)
