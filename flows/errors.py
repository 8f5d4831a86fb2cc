"""Errors a person can act on, each with the exit code of its kind (README lists them)."""

INTERRUPTED = 130  # what a shell calls a command that Ctrl-C ended
TERMINATED = 143  # what it calls one that SIGTERM ended
_TERMINATION = "TerminationSignal"  # what Prefect makes of SIGTERM; to import it takes seconds


class HemacohortError(Exception):
    """A failure with one sentence for the person and an exit code; never a patient id or a value in it."""

    exit_code = 1


class UsageError(HemacohortError):
    """Wrong usage: an unknown patient, rule or source, an empty home."""

    exit_code = 2


class ExtractError(HemacohortError):
    """The extract cannot be read or breaks its contract; nothing was changed."""

    exit_code = 10


class CheckError(HemacohortError):
    """A blocking check failed; nothing was published."""

    exit_code = 11

    def __init__(self, check: str, message: str) -> None:
        super().__init__(f"{check}: {message}")
        self.check = check


class OverdueError(HemacohortError):
    """No night has been published for too long; like a failed check, it leaves the last good night in force."""

    exit_code = 11


class HomeLockedError(HemacohortError):
    """Another run holds this home."""

    exit_code = 12


class NewerHomeError(HemacohortError):
    """The home was written by a newer version."""

    exit_code = 13


def stop_behind(error: BaseException) -> BaseException | None:
    """Ctrl-C or SIGTERM where an error came of it: DuckDB makes one of its own of it, and Prefect between two tasks."""
    link: BaseException | None = error
    while link is not None and not (isinstance(link, KeyboardInterrupt) or is_termination(link)):
        link = link.__context__
    return link


def is_termination(error: BaseException) -> bool:
    """Whether Prefect says by this that the process was told to end."""
    return type(error).__name__ == _TERMINATION
