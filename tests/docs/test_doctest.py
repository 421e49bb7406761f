"""The examples in the docstrings do what they say."""

import doctest
import importlib
import inspect
import re
from pathlib import Path

import numpy as np
import pytest

import tfcoseg

PACKAGE = Path(tfcoseg.__file__).parent
PUBLIC = (Path(__file__).parent.parent / "public_names.txt").read_text().split()

# These need an export.
SLOW = {"tfcoseg.client.client", "tfcoseg.serve.server"}
# In these rooms every public class and function has an example, but those that are only
# ever returned. Where one would take too long, it is a block without prompts.
ROOMS = set(
    "applications batch cards coco data datasets embedded evaluate export files "
    "inference layers losses messages metrics ops pictures provenance samples "
    "visualization".split()
)
WITHOUT = {
    "tfcoseg.batch.NoPictures",
    "tfcoseg.evaluate.Evaluation",
    "tfcoseg.evaluate.Judgement",
    "tfcoseg.evaluate.open_cache",
    "tfcoseg.export.Exported",
    "tfcoseg.export.Signature",
    "tfcoseg.files.WriteError",
    "tfcoseg.inference.Encoded",
    "tfcoseg.inference.Explanation",
    "tfcoseg.inference.Find",
    "tfcoseg.inference.GroupResult",
    "tfcoseg.inference.PairResult",
}
WITHOUT_PROMPT = {
    "tfcoseg.datasets.as_folder",
    "tfcoseg.export.export_litert",
    "tfcoseg.export.export_onnx",
    "tfcoseg.export.export_saved_model",
}
PROMPT = re.compile(r"^ *>>> ", re.MULTILINE)


def modules_with_examples():
    for path in sorted(PACKAGE.rglob("*.py")):
        if PROMPT.search(path.read_text()):
            parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
            yield ".".join(part for part in parts if part != "__init__")


MODULES = list(modules_with_examples())


def run_examples(module, docstring=None):
    """(how many examples there are, what went wrong), in one module."""
    known = {"np": np, "Path": Path, **_names_of_room(module), **vars(module)}
    finder, complaints = doctest.DocTestFinder(), []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS, verbose=False)
    tests = finder.find(module, module.__name__, module, globs=known)
    if docstring is not None:
        parser = doctest.DocTestParser()
        tests = [parser.get_doctest(docstring, known, "given", None, None)]
    for test in tests:
        runner.run(test, out=complaints.append)
    return sum(len(test.examples) for test in tests), "".join(complaints)


def _names_of_room(module):
    """What `from tfcoseg.room import *` would bring, which a page takes for granted."""
    if module.__name__ == "tfcoseg":
        return {}
    room = importlib.import_module(".".join(module.__name__.split(".")[:2]))
    names = [
        n.rpartition(".")[2] for n in PUBLIC if n.rpartition(".")[0] == room.__name__
    ]
    return {name: getattr(room, name) for name in names}


@pytest.mark.parametrize("name", [n for n in MODULES if n not in SLOW])
def test_examples_do_what_they_say(name, photographs):
    count, complaints = run_examples(importlib.import_module(name))
    assert count > 0 and complaints == ""


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(SLOW))
def test_slow_examples_do_what_they_say(name, photographs, exported):
    (photographs / "models").mkdir()
    (photographs / "models" / "coseg").symlink_to(exported)
    count, complaints = run_examples(importlib.import_module(name))
    assert count > 0 and complaints == ""


def test_a_wrong_example_would_be_seen(photographs):
    module = importlib.import_module("tfcoseg.coco")
    right = ">>> encode_rle(np.eye(2))\n{'size': [2, 2], 'counts': '0120'}\n"
    assert run_examples(module, right) == (1, "")
    count, complaints = run_examples(module, right.replace("0120", "13"))
    assert count == 1 and "Expected:" in complaints


def test_there_are_examples_all_over():
    text = "".join(path.read_text() for path in PACKAGE.rglob("*.py"))
    assert len(PROMPT.findall(text)) >= 180
    assert SLOW < set(MODULES)


@pytest.mark.parametrize(
    "name", [n for n in PUBLIC if n.split(".")[1] in ROOMS and n not in WITHOUT]
)
def test_public_class_or_function_has_an_example(name):
    room, _, attribute = name.rpartition(".")
    value = getattr(importlib.import_module(room), attribute)
    if not (inspect.isclass(value) or inspect.isfunction(value)):
        return
    _, title, example = inspect.cleandoc(value.__doc__).partition("\nExample:\n")
    assert title, f"{name} has no example"
    if name in WITHOUT_PROMPT:
        (block,) = re.findall(r"^```python\n(.*?)^```$", example, re.M | re.DOTALL)
        assert attribute in compile(block, name, "exec").co_names
    else:
        assert PROMPT.search(example)


def test_what_has_no_example_is_public():
    assert WITHOUT | WITHOUT_PROMPT < set(PUBLIC)
