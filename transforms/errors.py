"""Errors of the judging layer."""


class RuleDefinitionError(ValueError):
    """A rule, criterion or input is written wrongly; raised when the module is imported."""
