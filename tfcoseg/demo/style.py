"""What the page looks like, and what gradio leaves unnamed; nothing is fetched."""

from typing import Any

CSS = """
.gradio-container main.contain { max-width: 1080px; margin: 0 auto !important; }
.gradio-container .html-container { padding: 0; }
.gradio-container h1 { font-size: 1.75rem; margin: .5rem 0; line-height: 1.2; }
.gradio-container h2 { font-size: 1.25rem; margin: .75rem 0 .25rem; }
.gradio-container .prose { font-size: 1rem; line-height: 1.5; }
:focus-visible, .file-preview button:focus-visible,
label:has(input[type=radio]:focus-visible) {
  outline: 3px solid #1d4ed8 !important; outline-offset: 2px !important;
}
.dark :focus-visible { outline-color: #93c5fd !important; }
#pictures .icon-button-wrapper { visibility: hidden; }
#pictures .label-clear-button { min-width: 24px; min-height: 24px; }
#status { min-height: 1.5rem; }
#status p { margin: 0 0 .25rem; font-weight: 600; }
#status ul { margin: 0; padding-left: 1.25rem; overflow-wrap: anywhere; }
#section:not(:has(article)), #zip { display: none; }
.results { display: grid; gap: 1rem; }
.results article {
  border: 1px solid var(--border-color-primary); border-radius: 8px;
  padding: .75rem 1rem 1rem; background: var(--block-background-fill);
}
.results article.absent { border-left: 6px solid #b45309; }
.results h3 { font-size: 1.05rem; margin: 0; overflow-wrap: anywhere; }
.results .verdict { margin: .1rem 0 .6rem; }
.results .numbers { color: var(--body-text-color-subdued); white-space: nowrap; }
.results .drawings {
  display: grid; gap: .75rem; grid-template-columns: repeat(3, minmax(0, 1fr));
}
.results figure { margin: 0; }
.results img {
  display: block; width: 100%; height: auto; max-height: 420px; object-fit: contain;
  margin: 0; border-radius: 4px; background: var(--background-fill-secondary);
}
.results .transparent img {
  background: repeating-conic-gradient(#cbd5e1 0 25%, #f8fafc 0 50%) 0 0 / 20px 20px;
}
.results figcaption {
  font-size: .875rem; margin-top: .25rem; color: var(--body-text-color-subdued);
}
@media (max-width: 640px) {
  .gradio-container .fillable.app { padding: .75rem; }
  .results article { padding: .6rem .6rem .75rem; }
  .results .drawings { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .results .overlay { grid-column: 1 / -1; }
}
"""

# Runs when the page is there: what changes in `#status` is to be read aloud, and gradio
# gives a group of radio buttons no name but one that is only seen.
ON_LOAD = """() => {
  const group = document.querySelector('#background');
  document.querySelector('#status').setAttribute('role', 'status');
  group.setAttribute('aria-label', group.querySelector('span').innerText.trim());
}"""


def theme(gr: Any) -> Any:
    """A theme of the fonts that the visitor's system has."""
    fonts = {"font": ["system-ui", "sans-serif"], "font_mono": ["monospace"]}
    plain = gr.themes.Default(primary_hue="blue", **fonts)
    # Gradio's own greys are too faint to be read with ease on these grounds.
    dark, light = "*neutral_600", "*neutral_300"
    return plain.set(
        body_text_color_subdued=dark,
        body_text_color_subdued_dark=light,
        block_info_text_color=dark,
        block_info_text_color_dark=light,
        block_label_text_color=dark,
        block_label_text_color_dark=light,
        block_title_text_color=dark,
        block_title_text_color_dark=light,
    )
