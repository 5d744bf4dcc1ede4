"""The kinds of explanations, the most specific first: of several that hold the first is told."""

NO_LOAD = "no_load"
LOADED_TWICE = "loaded_twice"
REPEATED_ROWS = "repeated_rows"
HOURS_MISSING = "hours_missing"
SINCE_HOUR = "since_hour"
ROWS_REJECTED = "rows_rejected"
SOURCE_MISSING = "source_missing"
SOURCE_SHORT = "source_short"
NAME_STOPPED = "name_stopped"
NEARLY_ALL = "nearly_all"
SEGMENT = "segment"
RELEASE = "release"
NEW_REASON = "new_reason"
LEVEL = "level"

#: In the order in which they are told.
KINDS = (
    NO_LOAD, LOADED_TWICE, REPEATED_ROWS, HOURS_MISSING, SINCE_HOUR, ROWS_REJECTED,
    SOURCE_MISSING, SOURCE_SHORT, NAME_STOPPED, NEARLY_ALL, SEGMENT, RELEASE, NEW_REASON, LEVEL,
)  # fmt: skip
