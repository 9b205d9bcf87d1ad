"""The report of a run: one HTML file that opens offline and asks nobody for anything."""

from east.export.report.page import html_report, write_report

__all__ = ["html_report", "write_report"]
