"""What the screens show beside the report: bounded aggregates and a limited number of rows.

One module a subject, found by its name: `read(context, **options)` returns frozen values
or raises MeasurementError. Evidence explains a verdict; it never judges.
"""
