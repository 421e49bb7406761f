"""iCoseg: 38 groups of Flickr photographs, each of one object or of several alike."""

import re

import tensorflow_datasets as tfds

from tfcoseg.data.scan import folders_in
from tfcoseg.datasets.builder import CoSegBuilder
from tfcoseg.datasets.group import pictures_of_group
from tfcoseg.datasets.lists import read_lists
from tfcoseg.datasets.published import Published

# The folders whose number of pictures is known; for the others only the sum is.
_KNOWN = {
    "002 Alaskan Brown Bear-Eukaryote museums Milwaukee Zoo 2006-cmlburnett": 19,
    "006 Red Sox Players - Red Sox Yankees Game-JB Imaging": 25,
    "009 Stonehenge-Stongehenge-rjt208": 5,
    "012 Stonehenge-Salisbury Cathedral and Stonehenge-Sou'wester": 18,
    "014 Liverpool FC Players-Liverpool FC-phes999": 33,
    "015 Ferrari 599 GTB Fiorano-599-auTomoTiVe FreAk !": 11,
    "017 Agra Taj Mahal-Taj Mahal-LeszekZadlo": 5,
    "021 Elephants-safari June 2008-timd2000": 15,
    "023 Pandas-Tai-Land 6708-TAIwiffic": 25,
    "032 Kite-Brighton kite Festival-jadepike4": 18,
    "034 Kite-Margate Kite Festival 08-only lines": 7,
    "036 Gymnastics-3": 6,
    "037 Skating-Skating-Rich Moffitt": 11,
    "041 Hot Balloons-Skybird Flight 9.27.08-Tracy Sasser": 24,
    "042 Statue of Liberty-Liberty Enlightening the World (Groups)-EricaJoy": 41,
    "brown_bear": 5,
}

# The papers call them bear2, brownbear, cheetah, elephant, helicopter, hotballoon,
# panda1 and panda2.
_SUBSET = re.compile(r"bear|cheetah|elephant|helicopter|hot[ _]?balloon|panda", re.I)
_SUBSET_FILE = "icoseg_subset8.txt"


class Builder(CoSegBuilder):
    """DatasetBuilder of iCoseg."""

    BUILDER_CONFIGS = [
        tfds.core.BuilderConfig(name="groups38", description="All 38 groups."),
        tfds.core.BuilderConfig(
            name="subset8", description="The eight groups that most papers report."
        ),
    ]
    MANUAL_DOWNLOAD_INSTRUCTIONS = """\
Download CMU_Cornell_iCoseg_dataset.zip from
http://chenlab.ece.cornell.edu/projects/touch-coseg/ and extract it in `manual_dir`, so
that dataset_public/images/<group>/*.jpg and dataset_public/ground_truth/<group>/*.png
are there."""
    LISTS = (_SUBSET_FILE,)
    PLACES = ("dataset_public", "CMU_Cornell_iCoseg_dataset/dataset_public", "icoseg")
    NEEDED = ("images", "ground_truth")
    HOMEPAGE = "http://chenlab.ece.cornell.edu/projects/touch-coseg/"

    def _pictures(self, root, manual_dir):
        folders = folders_in(root / "images")
        if self.builder_config.name == "subset8":
            folders = _subset(folders, read_lists(self.LISTS, manual_dir))
        truths = root / "ground_truth"
        return {
            "test": [
                picture
                for folder in folders
                for picture in pictures_of_group(
                    folder.name, folder, truths / folder.name
                )
            ]
        }

    def _published(self, split):
        if self.builder_config.name == "subset8":
            return Published(number=self._group_count())
        return Published(_KNOWN, number=self._group_count(), pictures=643)


def _subset(folders, lists):
    """Those that a list names or, without one, whose first words tell the animal."""
    if wanted := set(lists.get(_SUBSET_FILE, ())):
        if unknown := sorted(wanted - {folder.name for folder in folders}):
            raise ValueError(
                f"{_SUBSET_FILE} must hold the names of eight groups, which are those "
                f"of the folders in `images`. Received: {unknown}"
            )
        return [folder for folder in folders if folder.name in wanted]
    return [
        folder for folder in folders if _SUBSET.search(folder.name.partition("-")[0])
    ]
