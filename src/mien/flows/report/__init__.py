"""``report.html``: a reading to look at in a browser, in one file that needs no network."""

from mien.flows.report.page import write_report

__all__ = ["write_report"]
