"""What explains a red check: the most specific cause that the numbers hold, in one sentence.

Sought after judging, for red checks only. It changes no verdict.
"""
