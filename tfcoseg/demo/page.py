"""The page: what is on it, and which action each control sets off."""

from collections.abc import Callable, Mapping
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import Any

from tfcoseg import samples
from tfcoseg.demo.actions import BACKGROUNDS, Actions
from tfcoseg.demo.gradio import import_gradio
from tfcoseg.demo.limits import Limits
from tfcoseg.pictures import picture_suffixes

# Files older than the limit are looked for this often, in seconds.
_SWEEP_SECONDS = 300
# Work that needs the network waits in one line, whichever button set it off.
_NETWORK = {"concurrency_id": "network", "concurrency_limit": 1}
# Nothing found, no words, no pictures.
_NOTHING = (None, "", "")
# Programs have `tfcoseg serve`; the page's own functions are for the page.
_PRIVATE = {"api_visibility": "private"}


def build_page(
    predictor: Any,
    limits: Limits = Limits(),
    threshold: float = 0.5,
    made_with: Mapping[str, Any] | None = None,
    report: Callable[[str], Any] = lambda line: None,
) -> Any:
    """Builds the page; `PageServer` serves it.

    Args:
        predictor: a `Predictor`, or what encodes and finds as one. It is asked for one
            group at a time.
        limits: what is taken on.
        threshold: where the slider stands at first, 0..1.
        made_with: what `results.json` in the download says that masks depend on.
        report: is called with a line on each group.

    Returns:
        A `gradio.Blocks`.

    Raises:
        ImportError: if gradio is not installed.
    """
    gr = import_gradio()
    actions = Actions(predictor, limits, made_with, report)
    blocks = gr.Blocks(
        title="What pictures have in common",
        analytics_enabled=False,
        delete_cache=(min(_SWEEP_SECONDS, limits.keep_seconds), limits.keep_seconds),
    )
    # Gradio has this as an argument of `launch` only.
    blocks.state_session_capacity = limits.sessions
    with blocks:
        controls = _lay_out(gr, limits, threshold)
        _connect(gr, actions, controls)
    blocks.queue(max_size=limits.waiting, api_open=False)
    return blocks


def _lay_out(gr, limits, threshold):
    """Puts the controls on the page; returns them by name."""
    controls = {"found": gr.State(time_to_live=limits.keep_seconds)}
    gr.HTML(_INTRODUCTION)
    controls["files"] = gr.File(
        label=f"2 to {limits.pictures} pictures",
        file_count="multiple",
        file_types=list(picture_suffixes()),
        interactive=True,
        elem_id="pictures",
        height=260,
    )
    with gr.Row():
        controls["choose"] = gr.UploadButton(
            "Add pictures",
            file_count="multiple",
            file_types=list(picture_suffixes()),
            min_width=140,
        )
        controls["clear"] = gr.Button("Start again", min_width=140)
        controls["samples"] = gr.Button(
            "Try it with the sample pictures", min_width=280
        )
    controls["go"] = gr.Button("Find the common object", variant="primary")
    controls["status"] = gr.HTML("", elem_id="status")
    with gr.Column(elem_id="section"):  # is seen as soon as there are results
        _lay_out_results(gr, controls, threshold)
    gr.HTML(_notes(limits))
    return controls


def _lay_out_results(gr, controls, threshold):
    gr.HTML("<h2>What they have in common</h2>")
    with gr.Row():
        controls["threshold"] = gr.Slider(
            0,
            1,
            threshold,
            step=0.01,
            label="Threshold",
            info="Lower takes in more of the picture, higher only what is surest",
            buttons=[],
            min_width=280,
        )
        controls["background"] = gr.Radio(
            list(BACKGROUNDS),
            value="Transparent",
            label="Background of the cut-outs",
            elem_id="background",
            min_width=280,
        )
    controls["download"] = gr.Button("Download all as a zip file")
    # Stands for a link that a browser follows, to what has just been written.
    controls["link"] = gr.DownloadButton("zip", elem_id="zip")
    controls["results"] = gr.HTML("")


def _connect(gr, actions, controls):
    """Lets each control set off its action."""
    found, files = controls["found"], controls["files"]
    options = [controls["threshold"], controls["background"]]
    drawn = [controls["status"], controls["results"]]

    def find(paths, threshold, background, progress):
        with _told(gr):
            new = actions.find(paths, progress)
        return new, *actions.draw(new, threshold, background)

    # Gradio knows by such a default value that it is to hand its progress over.
    def find_in_files(paths, threshold, background, progress=gr.Progress()):
        return find(paths, threshold, background, progress)

    def find_in_samples(threshold, background, progress=gr.Progress()):
        paths = [*samples.pair(), samples.without_common_object()]
        return list(map(str, paths)), *find(paths, threshold, background, progress)

    def add(paths, more):
        return [*(paths or []), *more], *_NOTHING

    def archive(kept, threshold, background):
        folder = Path(controls["link"].GRADIO_CACHE)
        with _told(gr):
            return str(actions.archive(kept, threshold, background, folder))

    everything = [found, *drawn]
    network = {**_NETWORK, **_PRIVATE, "show_progress_on": controls["status"]}
    go, again, choose = controls["go"], controls["samples"], controls["choose"]
    go.click(find_in_files, [files, *options], everything, **network)
    again.click(find_in_samples, options, [files, *everything], **_NETWORK, **_PRIVATE)
    choose.upload(add, [files, choose], [files, *everything], **_PRIVATE)
    for event in (files.upload, files.delete, files.clear):
        event(None, None, drawn, js=_CLEAR, **_PRIVATE)
    controls["clear"].click(
        lambda: (None, *_NOTHING), None, [files, *everything], **_PRIVATE
    )
    for option in options:
        option.change(
            actions.draw,
            [found, *options],
            drawn,
            show_progress="hidden",
            trigger_mode="always_last",
            concurrency_id="drawing",
            concurrency_limit=2,
            **_PRIVATE,
        )
    controls["download"].click(
        archive, [found, *options], controls["link"], **_PRIVATE
    ).success(None, js=_FOLLOW_LINK, **_PRIVATE)


@contextmanager
def _told(gr):
    """Tells a visitor what was expected, long enough to be read twice."""
    try:
        yield
    except (OSError, ValueError) as error:
        # The message is taken for HTML, and names files.
        message = escape(str(error))
        raise gr.Error(
            message, duration=30, title="Please try again", print_exception=False
        ) from error


# In the browser at once: asked of the server, it could come after what is found next.
_CLEAR = "() => ['', '']"

_FOLLOW_LINK = """() => {
  const place = document.querySelector('#zip');
  (place.closest('a') || place.querySelector('a') || place).click();
}"""

_INTRODUCTION = """\
<h1>What do these pictures have in common?</h1>
<p>Choose photographs that show the same kind of thing: two dogs, a few bicycles, the
same mug on different tables. Each comes back with that object found, cut out of its
background and as a mask.</p>
<h2>Your pictures</h2>
"""


def _notes(limits):
    minutes = round(limits.keep_seconds / 60)
    return f"""\
<h2>Good to know</h2>
<ul>
<li>The probability, from 0 to 1, is that of the picture showing the same kind of object
as the others. Where it is low, the mask is empty: there is no common object.</li>
<li>Pictures go to the computer that runs this page and nowhere else. They are deleted
about {minutes} minutes after they came, or when the page is ended.</li>
<li>At most {limits.pictures} pictures, of {limits.megabytes} MB and
{limits.megapixels} megapixels each.</li>
</ul>
"""
