"""The vocabulary of every floor above: values, results, errors. Imports nothing of ours."""
