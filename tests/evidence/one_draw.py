"""The evidence around one blood count, for tests that ask for its columns."""

from tests.testbed import evidence_of


def row(**case: str) -> dict[str, object]:
    frame = evidence_of([{"case": "x", "age": "40", "sex": "F", **case}])
    index = frame.filter(frame["index_collected_at"] == frame["index_collected_at"].min())
    return index.row(0, named=True)


def flags(**case: str) -> object:
    return row(**case)["draw_flags"] or []
