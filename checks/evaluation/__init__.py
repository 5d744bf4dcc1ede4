"""One evaluation: measured, judged, and made a report; and the rules of what people decide."""
