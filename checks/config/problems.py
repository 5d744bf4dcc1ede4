"""The problems of a file, gathered so that all of them can be reported at once."""

from __future__ import annotations

from dataclasses import dataclass, field

from checks.core.model import Problem


class InvalidValueError(Exception):
    """A value that cannot be used; caught where its key is known.

    actual: what to show for the value; None: the value as it is written.
    """

    def __init__(self, allowed: str, actual: str | None = None, hint: str | None = None) -> None:
        self.allowed = allowed
        self.actual = actual
        self.hint = hint
        super().__init__(allowed)


@dataclass(slots=True)
class Problems:
    """The problems of one file, in the order of its lines."""

    file: str
    _problems: dict[Problem, None] = field(default_factory=dict)

    def add(
        self, key: str, line: int | None, actual: str, allowed: str, hint: str | None = None
    ) -> None:
        """Add one problem; the same one is added once, however often an alias repeats it."""
        self._problems.setdefault(make_problem(self.file, line, key, actual, allowed, hint))

    def __len__(self) -> int:
        return len(self._problems)

    def in_order(self) -> tuple[Problem, ...]:
        """By line; problems of the file as a whole come last."""
        last = float("inf")
        return tuple(
            sorted(
                self._problems, key=lambda problem: last if problem.line is None else problem.line
            )
        )


def make_problem(
    file: str,
    line: int | None,
    key: str | None,
    actual: str,
    allowed: str,
    hint: str | None = None,
) -> Problem:
    """One problem with its message: `andon.yml:3: timezone: found 'Utopia', allowed: ...`."""
    place = file if line is None else f"{file}:{line}"
    where = f"{place}: {key}" if key else place
    message = f"{where}: found {actual}, allowed: {allowed}"
    return Problem(
        message=f"{message}; {hint}" if hint else message,
        file=file,
        line=line,
        key=key or None,
        found=actual,
        allowed=allowed,
        hint=hint,
    )
