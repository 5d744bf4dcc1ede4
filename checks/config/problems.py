"""What is wrong with a file, gathered so that all of it can be said at once."""

from __future__ import annotations

from dataclasses import dataclass, field

from checks.core.model import Problem


class Refused(Exception):  # noqa: N818 - a verdict on one value, caught where its key is known
    """A value that cannot be used. `found` None: describe the value as it is written."""

    def __init__(self, allowed: str, found: str | None = None, hint: str | None = None) -> None:
        self.allowed = allowed
        self.found = found
        self.hint = hint
        super().__init__(allowed)


@dataclass(slots=True)
class Problems:
    """The problems of one file, in the order of its lines."""

    file: str
    _found: dict[Problem, None] = field(default_factory=dict)

    def add(
        self, key: str, line: int | None, found: str, allowed: str, hint: str | None = None
    ) -> None:
        """Note one problem; the same one is noted once, however often an alias repeats it."""
        self._found.setdefault(problem(self.file, line, key, found, allowed, hint))

    def __len__(self) -> int:
        return len(self._found)

    def in_order(self) -> tuple[Problem, ...]:
        """By line; problems of the file as a whole come last."""
        last = float("inf")
        return tuple(sorted(self._found, key=lambda one: last if one.line is None else one.line))


def problem(
    file: str,
    line: int | None,
    key: str | None,
    found: str,
    allowed: str,
    hint: str | None = None,
) -> Problem:
    """One fault with its message: `andon.yml:3: timezone: found 'Utopia', allowed: ...`."""
    place = file if line is None else f"{file}:{line}"
    where = f"{place}: {key}" if key else place
    message = f"{where}: found {found}, allowed: {allowed}"
    return Problem(
        message=f"{message}; {hint}" if hint else message,
        file=file,
        line=line,
        key=key or None,
        found=found,
        allowed=allowed,
        hint=hint,
    )
