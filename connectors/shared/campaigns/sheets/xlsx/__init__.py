"""Workbooks, read a slice at a time.

openpyxl builds a tree: its read-only mode took 1.5 GB for a file of 24 kB with one wide row, keeps every shared string,
and fails on a style or a page setup that other makers write in their own way. So expat reads the parts here (100,000
rows of five: 3.2 s of CPU and 28 MB, openpyxl's 6.2 s and 33 MB); what formats and dates mean is openpyxl's knowledge.
"""
