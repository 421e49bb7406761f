"""Builds a web page for each room of the package, out of its docstrings.

    pip install '.[docs]' && python docs/api.py

writes `build/api/index.html` and the pages behind it. What is public is written down in
`tests/public_names.txt`; the rest is done by pdoc.
"""

import argparse
import importlib
import warnings
from pathlib import Path

ROOT = Path(__file__).parent.parent


def public_rooms() -> dict[str, list[str]]:
    """The public names of each room, by the room's full name."""
    rooms: dict[str, list[str]] = {}
    for name in (ROOT / "tests" / "public_names.txt").read_text().split():
        room, _, attribute = name.rpartition(".")
        rooms.setdefault(room, []).append(attribute)
    of_root = {room.partition(".")[2] for room in rooms if "." in room}
    rooms["tfcoseg"] = sorted(of_root.union(rooms["tfcoseg"]))
    return rooms


def build(output: Path) -> None:
    """Writes the pages.

    Args:
        output: the folder for them, made if need be.
    """
    import pdoc

    rooms = public_rooms()
    for room, names in rooms.items():
        module = importlib.import_module(room)
        # pdoc leaves out what a module imports, and what it imports when asked only,
        # unless `__all__` and the module's dictionary have it.
        module.__all__ = names
        module.__dict__.update({name: getattr(module, name) for name in names})
    # Keras' own section, whose entries are to be a list like those of Args.
    pdoc.docstrings.GOOGLE_LIST_SECTIONS.append("Call arguments")
    # Where the package is installed, and the folder of its sources is at hand as well.
    warnings.filterwarnings("ignore", "'tfcoseg' may refer to", RuntimeWarning)
    version = importlib.import_module("tfcoseg").__version__
    pdoc.render.configure(
        docformat="google", show_source=False, footer_text=f"tfcoseg {version}"
    )
    pdoc.pdoc("tfcoseg", output_directory=output)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "api")
    build(parser.parse_args(arguments).output)


if __name__ == "__main__":
    main()
