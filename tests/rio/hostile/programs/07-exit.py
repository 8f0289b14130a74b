"""Ends its process at once, with a status that says all is well."""
# ends: the worker ended: .*; the picture stays, the variables are those of version \d+
import os

os._exit(0)
