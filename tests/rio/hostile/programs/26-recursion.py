"""Recurses for ever, in Python and, with the bound raised, into C."""
# ends: the worker ended|RecursionError
import sys


def f():
    f()


try:
    f()
except RecursionError:
    sys.setrecursionlimit(10**9)


class A:
    __add__ = lambda a, b: a + b


A() + 1
