"""What is written of each picture: its mask, and what else is wanted."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from tfcoseg.visualization import cutout, overlay


@dataclass(frozen=True)
class Drawings:
    """Which files are written of each picture, besides its mask.

    Attributes:
        overlay: the picture with the object tinted: a_overlay.png.
        cutout: the object on a transparent ground: a_cutout.png.
        background: red, green and blue of a ground for the cut-out instead.
        soft: the probabilities as 16-bit grey, 65535 for 1: a_soft.png.
        sheet: overlays of the whole group on one sheet: contact_sheet.png.
    """

    overlay: bool = False
    cutout: bool = False
    background: tuple[int, int, int] | None = None
    soft: bool = False
    sheet: bool = False

    def kinds(self) -> list[str]:
        """What is drawn of each picture; a file is named by it: a_mask.png."""
        wanted = {"overlay": self.overlay, "cutout": self.cutout, "soft": self.soft}
        return ["mask", *(kind for kind in wanted if wanted[kind])]

    @property
    def needs_picture(self) -> bool:
        """Whether the picture itself is needed to draw these."""
        return self.overlay or self.cutout

    def draw(
        self,
        kind: str,
        picture: np.ndarray | None,
        mask: np.ndarray,
        soft_mask: np.ndarray | None = None,
    ) -> np.ndarray | Image.Image:
        """Draws one of them, of which each needs two at most of picture and masks."""
        if kind == "mask":
            return mask
        if kind == "soft":
            return np.rint(soft_mask * 65535.0).astype(np.uint16)
        if kind == "overlay":
            return overlay(picture, mask)
        cut = cutout(picture, mask)
        return cut if self.background is None else on_ground(cut, self.background)


def on_ground(cut: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    """A cut-out, uint8 (height, width, 4), on one colour: (height, width, 3)."""
    image = Image.fromarray(cut)
    ground = Image.new("RGBA", image.size, (*colour, 255))
    return np.asarray(Image.alpha_composite(ground, image).convert("RGB"))
