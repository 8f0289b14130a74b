"""Reads and writes numbers of many millions of digits."""
# ends: ValueError|interrupted|killed
# interrupt:
import sys

print("go")
sys.set_int_max_str_digits(0)
int("9" * 10**7)
