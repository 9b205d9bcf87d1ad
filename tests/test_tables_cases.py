"""Files as people write them: each kind is read right, or the open question is a finding with a remedy."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from east.dataset import prepare, profile
from east.errors import DatasetError, TableError
from east.tables import ReadOptions, Table, read_table, read_table_guarded
from tests.tables_corpus.making import NAN, ods, xlsx

Sheet = list[list[Any]]
CASES = Path(__file__).parent / "tables_corpus" / "cases"


def case(name: str, **options: Any) -> Table:
    return read_table(CASES / name, options=ReadOptions(**options))


def findings(table: Table) -> dict[str, str]:
    return {finding.what: finding.decided for finding in table.findings}


def remedies(table: Table) -> set[tuple[str, str | bool]]:
    return {(remedy.option, remedy.value) for finding in table.findings for remedy in finding.remedies}


def uv(count: int) -> list[str]:
    return ["u", "v"] * (count // 2) + ["u"] * (count % 2)


def same(table: Table, expected: dict[str, Any]) -> None:
    frame = pd.DataFrame(expected)
    for name in frame.select_dtypes("datetime"):
        table.frame[name] = table.frame[name].astype(frame[name].dtype)
    pd.testing.assert_frame_equal(table.frame, frame, check_dtype=False, check_categorical=False)
    kinds = [pd.api.types.is_numeric_dtype, pd.api.types.is_datetime64_any_dtype]
    assert all(kind(table.frame[name].dtype) == kind(frame[name].dtype) for name in frame for kind in kinds)


def test_an_empty_field_at_the_end_of_every_line_is_dropped() -> None:
    table = case("trailing_delimiter.csv")
    assert list(table.frame.columns) == ["A", "B", "y"]
    assert table.frame["A"].tolist() == list(range(40))
    assert set(table.frame["y"]) == {"u", "v"}
    assert findings(table)["dropped"] == "1 columns"


def test_a_line_ends_at_lf_cr_or_crlf_only() -> None:
    same(case("header_u2028.csv"), {"size\u2028cm": range(40), "y": uv(40)})


def test_the_separator_line_of_spreadsheets_is_followed() -> None:
    table = case("sep_line.csv")
    same(table, {"a": range(40), "y": uv(40)})
    assert findings(table)["delimiter"] == "';'"


def test_a_space_may_stand_before_a_quote() -> None:
    names = [f"Doe, J{place}" for place in range(40)]
    expected = {"id": range(40), "name": names, "n": range(0, 80, 2), "y": uv(40)}
    same(case("quoted_after_space.csv"), expected)


def test_a_quote_that_never_closes_is_text() -> None:
    table = case("unclosed_quote.csv")
    assert table.num_rows == 59
    assert table.frame["b"].tolist() == ["x", '"broken', *["x"] * 57]
    assert "line 3" in next(str(finding) for finding in table.findings if finding.what == "quote")


def test_codes_stay_text_wherever_the_zero_shows_up() -> None:
    table = case("late_leading_zero.csv")
    assert table.frame["code"].tolist()[:2] == ["100", "101"]
    assert table.frame["code"].tolist()[-2:] == ["00123", "00124"]
    assert findings(table)["text"] == "'code'"


@pytest.mark.parametrize(
    ("name", "column", "values"),
    [
        ("german_thousands.csv", "betrag", range(900, 900 + 37 * 60, 37)),
        ("thousands.csv", "amount", range(900, 900 + 7 * 60, 7)),
        ("percent.csv", "share", [round(place / 3, 1) for place in range(60)]),
    ],
)
def test_numbers_written_for_people_are_numbers(name: str, column: str, values: Any) -> None:
    table = case(name)
    assert table.frame[column].tolist() == list(values)
    assert findings(table)["numbers"] == repr(column)


def test_labels_that_look_alike_are_a_warning_with_a_remedy() -> None:
    table = case("whitespace_labels.csv")
    assert table.frame["y"].nunique() == 5
    concern = next(concern for concern in profile(table, "y").concerns if concern.kind == "look_alike")
    assert (concern.column, concern.severity) == ("y", "warn")
    joined = case("whitespace_labels.csv", **{concern.remedies[0].option: concern.remedies[0].value})
    assert joined.frame["y"].value_counts().to_dict() == {"yes": 60, "no": 40}
    assert findings(joined)["join_alike"] == "'y'"
    assert not [concern for concern in profile(joined, "y").concerns if concern.kind == "look_alike"]


def test_a_row_of_units_is_no_row_of_values() -> None:
    table = case("two_header_rows.csv")
    expected = {"mass": np.arange(40) + 0.5, "height": range(100, 140), "y": uv(40)}
    same(table, expected)
    assert ("second_header", False) in remedies(table)
    kept = case("two_header_rows.csv", second_header=False)
    assert kept.num_rows == 41
    book = case("units_row.xlsx")
    assert book.num_rows == 30
    assert [book.frame[name].dtype.kind for name in ("mass", "height", "n")] == ["i", "f", "i"]
    assert ("second_header", False) in remedies(book)


def test_json_has_null_so_that_none_is_a_word() -> None:
    assert set(case("none_class.json").frame["y"]) == {"None", "Minor", "Major"}


def test_numbers_stored_as_text_in_a_workbook_are_numbers() -> None:
    table = case("numbers_as_text.xlsx")
    assert table.frame["age"].tolist() == list(range(20, 80))
    assert table.frame["b"].tolist() == [1.5 * place for place in range(60)]
    assert findings(table)["numbers"] == "'age'"


def test_a_value_that_an_attribute_does_not_declare_is_refused() -> None:
    with pytest.raises(TableError, match="'y' holds a value that it does not declare: got '0' in data row 3"):
        case("undeclared_value.arff")


def test_keeping_classes_of_two_rows_is_refused_before_training() -> None:
    with pytest.raises(DatasetError, match="no row to validate on"):
        prepare(case("two_rows_a_class.csv"), "y", rare="keep")


def test_names_with_tags_are_read_as_they_are() -> None:
    classes = {"<b>bold</b><br>x", "a<sub>2</sub>", "<i>it</i>", "plain"}
    assert set(case("plotly_tags_in_classes.csv").frame["y"]) == classes


@dataclass(frozen=True)
class Relative:
    """A file of a kind, the columns it must give, and a part of a finding or of the error."""

    name: str
    data: bytes
    expected: dict[str, Any] | str
    finding: str = ""
    options: ReadOptions = field(default_factory=ReadOptions)


def text_relatives() -> Iterator[Relative]:
    rows = "".join(f"{place},{place % 3},{label}\n" for place, label in enumerate(uv(20)))
    plain = {"a": range(20), "b": [place % 3 for place in range(20)], "y": uv(20)}
    head = "a,b,y\n"
    both = (head + rows).replace("\n", ";\n").replace(",", ";")
    yield Relative("delimiter after header and rows", both.encode(), plain, "dropped")
    only_header = head.replace("y", "y,") + rows
    yield Relative("delimiter after the header only", only_header.encode(), plain)
    two = head + rows.replace("\n", ",,\n")
    yield Relative("two empty fields after each row", two.encode(), plain, "dropped")
    mac = (head + rows).replace("\n", "\r")
    yield Relative("CR line ends", mac.encode(), plain)
    mixed = (head + rows).replace("1,1,v\n", "1,1,v\r").replace("2,2,u\n", "2,2,u\r\n")
    yield Relative("mixed line ends", mixed.encode(), plain)
    odd = {"a": range(4), "y": ["x\x85y", "x\x0cy", "x\u2028y", "x\u2029y"]}
    breaks = "a,y\n" + "".join(f"{place},{text}\n" for place, text in enumerate(odd["y"]))
    yield Relative("other separators are characters", breaks.encode(), odd)
    yield Relative("sep=, with UTF-16", ("sep=,\r\n" + head + rows).encode("utf-16"), plain)
    yield Relative("quoted sep line", ('"sep=|"\n' + (head + rows).replace(",", "|")).encode(), plain)
    yield Relative("sep=tab", ("sep=\t\n" + (head + rows).replace(",", "\t")).encode(), plain, "says so")
    noted = "# made in May, by me\n# second, line, here\n" + head + rows + "# the, end, now\n"
    yield Relative("comments with commas", noted.encode(), plain, "comments: 3 lines")
    named = "#" + head + rows
    yield Relative("a header that is a comment", named.encode(), plain, "comment line")
    colours = {"a": ["#ff0000", "#00ff00", "#N/A", "#0000ff"], "y": ["u", "v", "u", "v"]}
    hashes = "a,y\n#ff0000,u\n#00ff00,v\n#0000ff,v\n"
    yield Relative(
        "colours are no comments",
        hashes.encode(),
        {"a": colours["a"][:2] + colours["a"][3:], "y": ["u", "v", "v"]},
    )
    spaced = 'a; "b"; "y"\n' + "".join(f'{place}; "{place}; {place}"; "u"\n' for place in range(9))
    quoted = {"a": range(9), "b": [f"{place}; {place}" for place in range(9)], "y": ["u"] * 9}
    yield Relative("space before quotes, semicolons", spaced.encode(), quoted)
    inch = "a,b,y\n" + "".join(f'{place},{place}" pipe,u\n' for place in range(9))
    yield Relative(
        "inches", inch.encode(), {"a": range(9), "b": [f'{p}" pipe' for p in range(9)], "y": ["u"] * 9}
    )
    stray = (head + rows).replace("3,0,v", '3,"0,v').replace("9,0,v", '9,"0,v')
    expected = {**plain, "b": [f'"{p % 3}' if p in (3, 9) else str(p % 3) for p in range(20)]}
    yield Relative("two stray quotes", stray.encode(), expected, "never closes")
    real = head + '0,"x, y",u\n' + rows[rows.index("1,") :].replace("5,2,v", '5,"2,v')
    yield Relative("a stray quote among real ones", real.encode(), "quote that never closes: got line 7")
    above = "Report of May, 2020\n\n" + head + rows
    yield Relative("a note above", above.encode(), plain, "skipped")
    below = head + rows + "\nSource: the office, May, 2020, all rights\nnot final\n"
    yield Relative("notes below", below.encode(), plain, "notes: 2 lines")
    footer = head + rows + "Total of all rows above\n"
    yield Relative("a last line of one text", footer.encode(), plain, "notes: 1 lines")
    total = head + rows + "Total,19,\n"
    yield Relative("a row of totals", total.encode(), plain, "notes: 1 lines")
    title = "Report,,\n,,\n" + head + rows + ",,\n"
    yield Relative("a title with delimiters", title.encode(), plain, "skipped: 2 rows")
    three = head + "kg,cm,\n(raw),(raw),\n" + rows
    yield Relative("three header rows", three.encode(), plain, "'kg', 'cm', '(raw)'")
    groups = ",Size,,y\n,min,max,\n" + "".join(f"{p},{p % 3},{p % 5},u\n" for p in range(20))
    grouped = {
        "column_1": range(20),
        "Size min": plain["b"],
        "Size max": [p % 5 for p in range(20)],
        "y": ["u"] * 20,
    }
    yield Relative("groups of columns", groups.encode(), grouped, "second_header: yes")
    fewer = "a,b\n" + rows
    yield Relative(
        "a name too few", fewer.encode(), {"row_name": range(20), "a": plain["b"], "b": uv(20)}, "shifted"
    )
    odd_rows = rows.replace("0,0,u\n", "7,0,u\n", 1)
    shorter = {"a": [7, *range(1, 20)], "b": plain["b"], "column_3": uv(20)}
    yield Relative("a last column without a name", ("a,b\n" + odd_rows).encode(), shorter, "shorter")
    longer = "a,b,y,z\n" + rows
    yield Relative("a name too many", longer.encode(), {**plain, "z": [NAN] * 20}, "longer")


def number_relatives() -> Iterator[Relative]:
    def column(cells: list[str], delimiter: str = ";") -> bytes:
        return (
            f"x{delimiter}y\n".encode()
            + "".join(
                f"{cell}{delimiter}{label}\n" for cell, label in zip(cells, uv(len(cells)), strict=True)
            ).encode()
        )

    def numbers(values: list[Any]) -> dict[str, Any]:
        return {"x": values, "y": uv(len(values))}

    dollars = ["$1,234.50", "$5", "($20.00)", "-$3"] * 3
    yield Relative("dollars", column(dollars), numbers([1234.5, 5, -20, -3] * 3), "amounts of money ($)")
    euros = ["1.234,50 €", "5 €", "-20,00 €"] * 3
    yield Relative("euros", column(euros), numbers([1234.5, 5, -20] * 3), "amounts of money (€)")
    codes = ["EUR 5", "EUR 1,250.75", "EUR 99"] * 3
    yield Relative("currency codes", column(codes, "\t"), numbers([5, 1250.75, 99] * 3))
    comma_percent = ["12,5 %", "7 %", "100 %"] * 3
    yield Relative(
        "percent with commas", column(comma_percent), numbers([12.5, 7, 100] * 3), "numbers with %"
    )
    english = ["900", "1,011", "12,345", "1,048"] * 3
    yield Relative("English thousands, semicolons", column(english), numbers([900, 1011, 12345, 1048] * 3))
    swiss = ["1'234.5", "999", "12'345'678"] * 3
    yield Relative("Swiss thousands", column(swiss), numbers([1234.5, 999, 12345678] * 3))
    thin = ["1\u202f234", "999", "12\u202f345"] * 3
    yield Relative("thin spaces", column(thin), numbers([1234, 999, 12345] * 3))
    blanks = column([f"1\u00a0{place:03d}" for place in range(12)]).decode().encode("cp1252")
    yield Relative("hard spaces in cp1252", blanks, numbers(list(range(1000, 1012))))
    indian = ["12,34,567", "99", "1,234"] * 3
    yield Relative("Indian thousands", column(indian), numbers([1234567, 99, 1234] * 3))
    millions = ["1.234.567", "950", "2.000"] * 3
    yield Relative("German millions", column(millions), numbers([1234567, 950, 2000] * 3))
    late = [*["1.5"] * 0, *[str(n) for n in range(100, 900)], "1.234", "2.345", "3.456"]
    yield Relative("thousands far below", column(late), numbers([*range(100, 900), 1234, 2345, 3456]))
    open_ = ["1.234", "2.345", "5.678"] * 3
    yield Relative(
        "three decimals", column(open_), numbers([1.234, 2.345, 5.678] * 3), "could also mean 1234"
    )
    chosen = ReadOptions(thousands=".")
    yield Relative("three digits, as chosen", column(open_), numbers([1234, 2345, 5678] * 3), "", chosen)
    decimals = ["0.125", "1.250", "3.375"] * 3
    yield Relative("decimals below one", column(decimals), numbers([0.125, 1.25, 3.375] * 3))
    minus = ["\u22125", "3", "7-"] * 3
    yield Relative("minus signs", column(minus), numbers([-5, 3, -7] * 3))
    dashes = ["5", "-", "7.5", "n.a."] * 3
    yield Relative(
        "dashes for nothing", column(dashes), numbers([5, NAN, 7.5, NAN] * 3), "missing: '-', 'n.a.'"
    )
    kilos = [f"{place}.5 kg" for place in range(20)]
    yield Relative("many with a unit", column(kilos), numbers([p + 0.5 for p in range(20)]), "the unit 'kg'")
    few = ["5 mg", "10 mg"] * 6
    yield Relative("few with a unit", column(few), numbers(few), "units: text")
    read = ReadOptions(units=True)
    yield Relative("few with a unit, as chosen", column(few), numbers([5, 10] * 6), "", read)
    mixed = ["5 kg", "300 g", "7 kg"] * 6
    yield Relative("two units stay text", column(mixed), numbers(mixed))
    postal = [*[str(n) for n in range(10000, 11200)], "01067"]
    yield Relative("a late postal code", column(postal), numbers(postal), "leading zeros")
    phones = ["030 123 456", "089 765 432"] * 6
    yield Relative("phone numbers", column(phones), numbers(phones))
    words = ["None", "mild", "NA", "severe"] * 3
    missing = [None, "mild", None, "severe"] * 3
    yield Relative("words for missing", column(words), numbers(missing), "also in the text of 'x'")
    keep = ReadOptions(keep_words=True)
    yield Relative("words kept", column(words), numbers(words), "keep_words: yes", keep)
    signs = ["+", "-"] * 6
    yield Relative("plus and minus are classes", column(signs), numbers(signs))


def encoding_relatives() -> Iterator[Relative]:
    for encoding, head, words in (
        ("cp1255", "שם", ["כן", "לא", "אולי"]),
        ("iso8859_8", "שם", ["דוד", "שרה", "משה"]),
        ("cp1256", "الاسم", ["نعم", "لا", "ربما"]),
        ("iso8859_6", "الاسم", ["محمد", "فاطمة", "ليلى"]),
        ("cp1251", "имя", ["да", "нет", "возможно"]),
        ("koi8_r", "имя", ["да", "нет", "возможно"]),
        ("cp1253", "όνομα", ["ναι", "όχι", "ίσως"]),
        ("cp874", "ชื่อ", ["สมชาย", "มาลี", "สุดา"]),
        ("cp1254", "şehir", ["İstanbul", "Muğla", "Ağrı"]),
        ("cp1257", "miestas", ["Šiauliai", "Kėdainiai", "Ąžuolas"]),
        ("cp850", "größe", ["größer", "ähnlich", "über"]),
    ):
        data = f"a,{head}\n" + "".join(f"{place},{word}\n" for place, word in enumerate(words))
        yield Relative(
            f"encoding {encoding}", data.encode(encoding), {"a": range(3), head: words}, "encoding"
        )


def book_relatives() -> Iterator[Relative]:
    values: Sheet = [[p, p * 1.5, "uv"[p % 2]] for p in range(1, 13)]
    plain = {
        "a": range(1, 13),
        "b": [p * 1.5 for p in range(1, 13)],
        "y": ["uv"[p % 2] for p in range(1, 13)],
    }
    for kind, make in (("xlsx", xlsx), ("ods", ods)):
        make_book: Callable[[dict[str, Sheet]], bytes] = make
        noted: Sheet = [
            ["Report"],
            [None],
            ["a", "b", "y"],
            *values,
            [None],
            ["Source: office"],
            ["not final"],
        ]
        yield Relative(f"notes around, {kind}", make_book({"S": noted}), plain, "notes: 2 rows")
        units: Sheet = [["a", "b", "y"], ["kg", "cm", None], *values]
        yield Relative(f"units, {kind}", make_book({"S": units}), plain, "second_header: yes")
        merged: Sheet = [["a", "Size", None], [None, "min", "max"], *[[p, p + 1, p + 2] for p in range(9)]]
        joined = {"a": range(9), "Size min": range(1, 10), "Size max": range(2, 11)}
        yield Relative(f"merged headers, {kind}", make_book({"S": merged}), joined, "second_header: yes")
        twice: Sheet = [["a", "a", "y"], *[[p, 2 * p, "u"] for p in range(9)]]
        doubled = {"a": range(9), "a_2": range(0, 18, 2), "y": ["u"] * 9}
        yield Relative(f"doubled headers, {kind}", make_book({"S": twice}), doubled, "unique names")
        texts: Sheet = [["a", "b", "y"], *[[str(p), str(p * 1.5), y] for p, _, y in values]]
        yield Relative(f"all numbers as text, {kind}", make_book({"S": texts}), plain, "written as text")
        wordy: Sheet = [["a", "y"], *[[p, ["None", "mild"][p % 2]] for p in range(8)]]
        kept = {"a": range(8), "y": ["None", "mild"] * 4}
        yield Relative(
            f"words, {kind}", make_book({"S": wordy}), {**kept, "y": [None, "mild"] * 4}, "missing: 'None'"
        )
        option = ReadOptions(keep_words=True)
        yield Relative(f"words kept, {kind}", make_book({"S": wordy}), kept, "keep_words", option)
    errors: Sheet = [["a", "y"], [1, "u"], ["#DIV/0!", "v"], [3, "#N/A"]]
    broken = {"a": [1, NAN, 3], "y": ["u", "v", None]}
    yield Relative("error cells", xlsx({"S": errors}), broken, "errors: '#DIV/0!', '#N/A'")
    codes: Sheet = [["zip", "y"], ["01067", "u"], ["10115", "v"], ["80331", "u"]]
    yield Relative(
        "codes as text", xlsx({"S": codes}), {"zip": ["01067", "10115", "80331"], "y": ["u", "v", "u"]}
    )
    days: Sheet = [
        ["d", "y"],
        [datetime.date(2020, 1, 1), "u"],
        ["NA", "v"],
        [datetime.date(2020, 1, 3), "u"],
    ]
    dated = {"d": pd.to_datetime(pd.Series(["2020-01-01", None, "2020-01-03"])), "y": ["u", "v", "u"]}
    yield Relative("dates beside a word", xlsx({"S": days}), dated, "missing: 'NA'")


def record_relatives() -> Iterator[Relative]:
    lines = b'{"a": 1, "y": "NA"}\n{"a": null, "y": "x\xe2\x80\xa8z"}\n{"a": 3, "y": null}\n'
    yield Relative("words and null by line.jsonl", lines, {"a": [1, NAN, 3], "y": ["NA", "x\u2028z", None]})
    mixed = b'[{"a": 20, "y": "u"}, {"a": "21", "y": "v"}, {"a": "22.5", "y": "u"}]'
    yield Relative(
        "numbers and text.json", mixed, {"a": [20, 21, 22.5], "y": ["u", "v", "u"]}, "written as text"
    )
    codes = b'[{"a": "10115", "y": "u"}, {"a": "80331", "y": "v"}]'
    yield Relative("codes in json.json", codes, {"a": ["10115", "80331"], "y": ["u", "v"]})
    start = b"@relation r\n@attribute x real\n"
    yn = {"x": [1, 2], "y": ["a", "b"]}
    weights = start + b"@attribute y {a,b}\n@data\n1,a,{2}\n2,b,{0.5}\n"
    yield Relative("instance weights.arff", weights, yn, "weights: left out")
    yield Relative("no space before the set.arff", start + b"@attribute y{a, b,}\n@data\n1,a\n2,b\n", yn)
    yield Relative(
        "tabs.arff", b"@relation r\n@attribute\tx\treal\n@attribute\ty\t{a,b}\n@data\n1\ta\n2\tb\n", yn
    )
    yield Relative("trailing commas.arff", start + b"@attribute y {a,b}\n@data\n1,a,\n2,b,\n", yn)
    nulls = start + b"@attribute y {a,b}\n@data\n<null>,a\n2,<null>\n"
    yield Relative("null in brackets.arff", nulls, {"x": [NAN, 2], "y": ["a", None]})
    dates = b"@relation r\n@attribute d date 'dd/MM/yyyy'\n@attribute y {a,b}\n@data\n03/04/2021,a\n'31/12/2021',b\n"
    days = {"d": pd.to_datetime(["2021-04-03", "2021-12-31"]), "y": ["a", "b"]}
    yield Relative("dates of a format.arff", dates, days)
    unclear = dates.replace(b" 'dd/MM/yyyy'", b"")
    yield Relative("dates of no format.arff", unclear, "no such date: got '03/04/2021'")
    sparse = start + b"@attribute y {a,b}\n@data\n{0 1}\n{1 c}\n"
    yield Relative("undeclared in a sparse row.arff", sparse, "does not declare: got 'c'")


RELATIVES = [
    relative
    for make in (text_relatives, number_relatives, encoding_relatives, book_relatives, record_relatives)
    for relative in make()
]


def test_there_are_enough_relatives() -> None:
    assert len(RELATIVES) >= 40
    assert len({relative.name for relative in RELATIVES}) == len(RELATIVES)


@pytest.mark.parametrize("relative", RELATIVES, ids=lambda relative: relative.name)
def test_relatives_are_read_right(relative: Relative) -> None:
    name = relative.name if "." in relative.name else f"{relative.name}.csv"
    if isinstance(relative.expected, str):
        with pytest.raises(TableError, match=relative.expected):
            read_table(relative.data, name, relative.options)
        return
    table = read_table(relative.data, name, relative.options)
    categories = table.frame.select_dtypes("category").columns
    same(Table(table.frame.astype(dict.fromkeys(categories, "str")), name), relative.expected)
    assert relative.finding in "\n".join(map(str, table.findings))


def test_remedies_travel_through_the_helper_process() -> None:
    data = (CASES / "two_header_rows.csv").read_bytes()
    assert read_table_guarded(data, "x.csv").findings == read_table(data, "x.csv").findings


@pytest.mark.parametrize(
    ("labels", "joined"),
    [
        (["low", " low", "Low", "high"], {"low", "high"}),
        (["caf\u00e9", "cafe\u0301", "CAF\u00c9", "tea"], {"caf\u00e9", "tea"}),
        (["a\u00a0b", "a b", "a  b", "c"], {"a b", "c"}),
        (["x\u200b", "x", "x", "z"], {"x", "z"}),
        (["\uff41", "a", "a", "b"], {"a", "b"}),
    ],
)
def test_look_alikes_of_every_kind_are_said_and_joined(labels: list[str], joined: set[str]) -> None:
    frame = pd.DataFrame({"n": np.arange(40) * 0.37, "y": labels * 9 + [labels[-2]] * 4})
    frame["y"] = frame["y"].where(frame.index % 7 != 0, min(joined))
    data = frame.to_csv(index=False).encode()
    kinds = {concern.kind for concern in profile(read_table(data, "x.csv"), "y").concerns}
    assert "look_alike" in kinds
    table = read_table(data, "x.csv", ReadOptions(join_alike=True))
    assert len(set(table.frame["y"])) == len(joined)
