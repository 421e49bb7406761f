"""Gradio, which builds the page and is not installed by default."""

from typing import Any


def import_gradio() -> Any:
    """The package gradio; the error says how to install it."""
    try:
        import gradio
    except ImportError as error:
        raise ImportError(
            "The page is built with gradio. Install it: pip install 'tfcoseg[demo]'. "
            f"Received: {error}"
        ) from error
    return gradio
