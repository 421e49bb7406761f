"""A local web page to try the model on one's own pictures, without writing a line.

The page is built with gradio. It has to have uploads, a queue in which two people wait
for one network, results of each visitor's own, progress, and files that are deleted
after a while; gradio keeps all of these, in Python, so that what is ours is what is
looked for and how it is drawn. Its pages can be served without a request to anywhere
else, which `PageServer` sees to. Considered and left out: a page written by hand over
`tfcoseg serve`, where sessions, uploads and the queue would be our own JavaScript and
Python to maintain, and which needs an exported model first; Streamlit, which runs a
script anew at each touch of the slider and has no queue for a network that all share.

What a visitor can do is in `actions`, plain functions of paths and numbers; only `page`
and `server` need gradio (`pip install 'tfcoseg[demo]'`).
"""

from tfcoseg.demo.limits import Limits as Limits
from tfcoseg.demo.page import build_page as build_page
from tfcoseg.demo.server import PageServer as PageServer
