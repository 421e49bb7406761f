"""Which files a request may name: those that its visitor has uploaded, and no other."""

import functools
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def guard_files(blocks: Any, folders: Iterable[Path]) -> None:
    """Lets no request name files of this machine, or addresses of others.

    A request names an upload by its path, and gradio copies what it names to where it
    can be downloaded. It checks such paths for pages that it has launched itself only,
    and downloads from any address.

    Args:
        blocks: the page; changed in place.
        folders: what lies in these, or among the uploads, may be named.
    """
    # Paths are then checked in all that requests hold, also where nothing is copied.
    blocks.has_launched = True
    for block in blocks.blocks.values():
        if hasattr(block, "async_move_resource_to_block_cache"):
            move = block.async_move_resource_to_block_cache
            allowed = [Path(block.GRADIO_CACHE), *folders]
            block.async_move_resource_to_block_cache = functools.partial(
                _move, move, [folder.resolve() for folder in allowed]
            )


async def _move(move, folders, place):
    if place is not None:
        path = Path(place).resolve()
        if not any(path.is_relative_to(folder) for folder in folders):
            raise PermissionError(
                "Expected a file that has been uploaded. Received the name of another"
            )
    return await move(place)
