"""DAVIS-2016 at 480p: fifty videos, each a group of frames."""

from functools import partial

import tensorflow_datasets as tfds

from tfcoseg.data.scan import folders_in
from tfcoseg.datasets.builder import CoSegBuilder
from tfcoseg.datasets.group import pictures_of_group
from tfcoseg.datasets.published import Published

_VIDEOS = """
bear blackswan bmx-bumps bmx-trees boat breakdance breakdance-flare bus camel
car-roundabout car-shadow car-turn cows dance-jump dance-twirl dog dog-agility
drift-chicane drift-straight drift-turn elephant flamingo goat hike hockey
horsejump-high horsejump-low kite-surf kite-walk libby lucia mallard-fly mallard-water
motocross-bumps motocross-jump motorbike paragliding paragliding-launch parkour rhino
rollerblade scooter-black scooter-gray soapbox soccerball stroller surf swing tennis
train
""".split()


class Builder(CoSegBuilder):
    """DatasetBuilder of DAVIS-2016, videos as groups."""

    BUILDER_CONFIGS = [
        tfds.core.BuilderConfig(
            name="frames8", description="Eight frames of each video, evenly spaced."
        ),
        tfds.core.BuilderConfig(name="all", description="All frames."),
    ]
    MANUAL_DOWNLOAD_INSTRUCTIONS = """\
Download DAVIS-2016 (TrainVal, images and annotations, 480p) from
https://davischallenge.org/davis2016/code.html and extract it in `manual_dir`, so that
DAVIS/JPEGImages/480p/<video>/*.jpg and DAVIS/Annotations/480p/<video>/*.png are
there."""
    PLACES = ("DAVIS", "DAVIS-data/DAVIS", "DAVIS2016")
    NEEDED = ("JPEGImages/480p", "Annotations/480p")
    HOMEPAGE = "https://davischallenge.org/davis2016/code.html"

    def _pictures(self, root, manual_dir):
        frames8 = self.builder_config.name == "frames8"
        choose = partial(evenly, count=8) if frames8 else list
        pictures = []
        for video in folders_in(root / "JPEGImages/480p"):
            truths = root / "Annotations/480p" / video.name
            pictures += pictures_of_group(video.name, video, truths, choose)
        return {"test": pictures}

    def _published(self, split):
        if self.builder_config.name == "frames8":
            return Published(dict.fromkeys(_VIDEOS, 8), number=self._group_count())
        return Published(number=self._group_count(), pictures=3455)


def evenly(items: list, count: int) -> list:
    """Returns `count` items, each the middle of one of as many equal stretches."""
    if len(items) <= count:
        return items
    # Halves are rounded up, not to even numbers, so that no item comes twice.
    return [
        items[int((len(items) - 1) * (i + 0.5) / count + 0.5)] for i in range(count)
    ]
