"""The browser's address: a button that copies it, and one entry of the history for each page."""

from pages.shared.address.component import copy_link, keep_one_entry_a_page, title_with_link

__all__ = ["copy_link", "keep_one_entry_a_page", "title_with_link"]
