"""A view of a checkout as HTML, in the visitor's language."""

from farebox.pages.views import View


def render(view: View, accept_language: str, nonce: str) -> str:
    """The page as a document; ``nonce`` is its style's, and ``accept_language`` the header."""
    raise NotImplementedError
