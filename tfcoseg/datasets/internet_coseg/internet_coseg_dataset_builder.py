"""Internet: three searches of 100 pictures, of which some do not hold the object."""

from tfcoseg.datasets.builder import CoSegBuilder
from tfcoseg.datasets.group import pictures_of_group
from tfcoseg.datasets.published import Published

_FOLDERS = {"airplane": "Airplane100", "car": "Car100", "horse": "Horse100"}


class Builder(CoSegBuilder):
    """DatasetBuilder of the Internet co-segmentation set."""

    MANUAL_DOWNLOAD_INSTRUCTIONS = """\
Download ObjectDiscovery-data.zip from
http://people.csail.mit.edu/mrub/ObjectDiscovery/ and extract it in `manual_dir`, so
that Data/Airplane100/*.jpg and Data/Airplane100/GroundTruth/*.png are there, and
likewise Car100 and Horse100."""
    PLACES = ("Data", "ObjectDiscovery-data/Data", "ObjectDiscovery-data", ".")
    NEEDED = tuple(_FOLDERS.values())
    HOMEPAGE = "http://people.csail.mit.edu/mrub/ObjectDiscovery/"

    def _pictures(self, root, manual_dir):
        return {
            "test": [
                picture
                for group, folder in _FOLDERS.items()
                for picture in pictures_of_group(
                    group, root / folder, root / folder / "GroundTruth"
                )
            ]
        }

    def _published(self, split):
        return Published(dict.fromkeys(_FOLDERS, 100), number=self._group_count())
