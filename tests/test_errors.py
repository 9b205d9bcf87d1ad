import pickle

import pytest

from east.errors import DatasetError, EastError, LessonError, SettingError, TableError


@pytest.mark.parametrize(
    ("what", "got", "remedy", "sentence"),
    [
        ("The file is empty", None, None, "The file is empty."),
        ("No such column", "'labl'", None, "No such column: got 'labl'."),
        ("The file is empty", None, "choose another", "The file is empty; choose another."),
        ("No such column", "'labl'", "choose label", "No such column: got 'labl'; choose label."),
        ("delta must be below 0.5", 0.7, "use 0.2", "delta must be below 0.5: got 0.7; use 0.2."),
        ("A number must be above 0", 0, None, "A number must be above 0: got 0."),
    ],
)
def test_an_error_is_one_sentence(what: str, got: object, remedy: str | None, sentence: str) -> None:
    error = EastError(what, got, remedy)
    assert str(error) == sentence
    assert (error.what, error.got, error.remedy) == (what, got, remedy)


@pytest.mark.parametrize("kind", [EastError, TableError, DatasetError, SettingError, LessonError])
def test_every_kind_is_a_value_error_and_survives_a_process_border(kind: type[EastError]) -> None:
    error = kind("No such column", "'labl'", "choose label")
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is kind and isinstance(copy, EastError) and isinstance(copy, ValueError)
    assert str(copy) == str(error) and copy.remedy == "choose label"
