"""What pages show beside the report: aggregates of bounded size, and a limited number of rows.

One module for each subject, found by its name: `read(context, **options)`, and `read_...` for a
further list, returns frozen values or raises MeasurementError. Evidence explains a verdict; it
never judges.
"""
