"""The version of east, for people, files and the package that is built of it."""

__version__ = "0.1.0"
"""MAJOR.MINOR.PATCH; `.github/CHANGELOG.md` says what each brought."""
