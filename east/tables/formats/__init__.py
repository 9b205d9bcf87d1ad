"""The table of file formats: each module here registers one format or one family of them."""

from east.tables.formats import arff, columnar, delimited, records, workbooks
from east.tables.formats.definition import (
    FORMATS,
    Content,
    Format,
    format_names,
    format_of_name,
    formats_of,
    register,
    table_endings,
    upload_endings,
)

__all__ = [
    "FORMATS",
    "Content",
    "Format",
    "arff",
    "columnar",
    "delimited",
    "format_names",
    "format_of_name",
    "formats_of",
    "records",
    "register",
    "table_endings",
    "upload_endings",
    "workbooks",
]
