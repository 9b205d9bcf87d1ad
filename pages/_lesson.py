"""Leads a link to this page into the app, on a server that has not served its front page yet."""

from pages.shared import deep_link

deep_link.enter("lesson")
