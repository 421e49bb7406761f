"""What the builders of the benchmarks have in common: from files to TFDS examples."""

import abc
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import tensorflow_datasets as tfds

from tfcoseg.data.folder import in_short
from tfcoseg.data.printable import printable
from tfcoseg.datasets.picture import Picture, examples_of, features
from tfcoseg.datasets.published import Published


class CoSegBuilder(tfds.core.GeneratorBasedBuilder, skip_registration=True):
    """A benchmark that people download by hand.

    An example is {"image": uint8 (h, w, 3), RGB; "mask": uint8 (h, w, 1) of 0
    (background), 1 (the group's object) and `VOID` = 255 (counts nowhere); "group":
    text; "name": text}. A picture of several groups makes as many examples.

    A picture that cannot be read, or whose mask is of another size, is left out; one
    warning names all of these. `info.metadata` keeps "manual_dir", from where the set
    came, "groups", {split: {group: pictures}}, and "left_out", {split: pictures}.

    Attributes, to be set by each benchmark:
        PLACES: where in `manual_dir` it may lie.
        NEEDED: files or folders that the right place holds.
        HOMEPAGE: where it comes from.
    """

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "First release."}
    PLACES: tuple[str, ...]
    NEEDED: tuple[str, ...]
    HOMEPAGE: str

    @abc.abstractmethod
    def _pictures(self, root: Path, manual_dir: Path) -> dict[str, Iterable[Picture]]:
        """Returns {split: its pictures}; `root` is the place that was found."""

    def _published(self, split: str) -> Published:
        """What is known of a split's numbers, to compare with what is there."""
        return Published()

    def _info(self):
        return self.dataset_info_from_configs(
            features=features(),
            supervised_keys=("image", "mask"),
            homepage=self.HOMEPAGE,
            metadata=tfds.core.MetadataDict(),
        )

    def download_and_prepare(
        self,
        *,
        download_dir=None,
        download_config=None,
        file_format=None,
        permissions=None,
    ):
        """Prepares the set, but never passes one folder's data off as another's.

        TFDS itself would return what it prepared before, wherever that came from.

        Raises:
            FileNotFoundError: if the set is not in `manual_dir`.
            ValueError: if it was prepared before, from another `manual_dir`.
        """
        wanted = download_config and download_config.manual_dir
        if wanted and self.data_path.exists():
            used = self.info.metadata.get("manual_dir", wanted)
            if Path(wanted).resolve() != Path(used).resolve():
                raise ValueError(
                    f"{self.name} was prepared from {used} already, in "
                    f"{self.data_dir}. Choose another `data_dir`, or delete that "
                    f"folder. Received: manual_dir={str(wanted)!r}"
                )
        super().download_and_prepare(
            download_dir=download_dir,
            download_config=download_config,
            file_format=file_format,
            **({"permissions": permissions} if permissions else {}),
        )

    def _split_generators(self, dl_manager):
        try:
            manual_dir = Path(dl_manager.manual_dir).resolve()
        except AssertionError as error:
            raise FileNotFoundError(str(error)) from error
        pictures = self._pictures(self._root(manual_dir), manual_dir)
        self.info.metadata.update(manual_dir=str(manual_dir), groups={}, left_out={})
        return {
            split: self._generate_examples(split, found)
            for split, found in pictures.items()
        }

    def _generate_examples(
        self, split: str, pictures: Iterable[Picture]
    ) -> Iterator[tuple[str, dict]]:
        groups, good, problems = Counter(), 0, []
        for picture in pictures:
            try:
                examples = list(examples_of(picture))
            except (OSError, ValueError) as error:
                problems.append(printable(str(error)))
                continue
            good += 1
            for example in examples:
                groups[example["group"]] += 1
                yield f"{example['group']}/{picture.name}", example
        self.info.metadata["groups"][split] = dict(sorted(groups.items()))
        self.info.metadata["left_out"][split] = len(problems)
        where = f"{self.info.full_name}, {split}"
        lines = [f"{where}: {in_short(problems)}"] if problems else []
        if differences := self._published(split).differences(groups, good):
            lines += [f"{where}: not as published:", *differences]
        if lines:
            warnings.warn("\n  ".join(lines), stacklevel=2)

    def _root(self, manual_dir: Path) -> Path:
        for place in self.PLACES:
            root = manual_dir / place
            if all((root / needed).exists() for needed in self.NEEDED):
                return root
        there = sorted(path.name for path in manual_dir.iterdir())
        raise FileNotFoundError(
            f"{self.name}: expected {' and '.join(self.NEEDED)} in one of "
            f"{', '.join(self.PLACES)} of {manual_dir}.\n"
            f"{self.MANUAL_DOWNLOAD_INSTRUCTIONS}\n"
            f"Received: a folder with {there[:20]}"
        )
