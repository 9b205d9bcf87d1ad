from east.comparison.wording import amount, names, span
from east.metrics import metric
from tests.moments import F1


def test_numbers_are_written_as_people_read_them() -> None:
    assert amount(0.0123, F1) == "1.2"
    assert amount(-0.0123, F1) == "−1.2"
    assert amount(0.0004, F1) == "0.04"
    assert amount(0.25, metric("gain", matrix=[[2, 0], [0, 1]])) == "0.250"
    assert span((-0.01, 0.02), F1) == "−1.0 to +2.0"
    assert span((0.01, 0.02), F1) == "1.0 to 2.0"
    assert names(["a", "b", "c"]) == "a, b and c"
