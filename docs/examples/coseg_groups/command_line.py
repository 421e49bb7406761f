"""The options that both examples have."""

import argparse
import os
import posixpath

from tfcoseg.cli.arguments import probability, whole_number

DEAD_LETTERS = "dead_letter.jsonl"


def build_parser(description: str, examples: str) -> argparse.ArgumentParser:
    """A parser with what both examples need.

    Args:
        description: what the example does.
        examples: command lines, shown below the options.
    """
    parser = argparse.ArgumentParser(
        description=description,
        epilog=f"examples:\n{examples}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add(
        "--manifest",
        required=True,
        type=absolute,
        metavar="FILE",
        help='lines of JSON like {"group": "sheep", "pictures": ["a.jpg", "b.jpg"]}; '
        "relative paths belong to the manifest's own folder",
    )
    add(
        "--output",
        required=True,
        type=absolute,
        metavar="DIR",
        help="where a folder for each group is written; what is there already, of the "
        "same pictures and model, is kept",
    )
    add(
        "--model",
        required=True,
        type=absolute,
        metavar="DIR",
        help="what `tfcoseg export savedmodel DIR` has written; its newest version is "
        "used, unless DIR is a version, like models/coseg/1",
    )
    add(
        "--threshold",
        type=probability,
        default=0.5,
        metavar="T",
        help="probability, 0 to 1, from which a pixel is object (default: %(default)s)",
    )
    add(
        "--threads",
        type=whole_number(1),
        metavar="N",
        help="threads of each process that runs the network (default: one per core)",
    )
    return parser


def absolute(path: str) -> str:
    """A path that workers elsewhere understand, too; a URL stays as it is."""
    return path if "://" in path else os.path.abspath(path)


def folder_of(path: str) -> str:
    """The folder of a file."""
    return posixpath.dirname(path)


def dead_letters_of(output: str) -> str:
    """The file of dead letters in the folder of all outputs."""
    return posixpath.join(output, DEAD_LETTERS)
