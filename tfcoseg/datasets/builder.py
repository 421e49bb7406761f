"""What the builders of the benchmarks have in common: from files to TFDS examples."""

import abc
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import tensorflow_datasets as tfds

from tfcoseg.data.folder import in_short
from tfcoseg.data.group_counts import group_count
from tfcoseg.data.printable import printable
from tfcoseg.datasets.lists import changed_lists, read_lists
from tfcoseg.datasets.picture import Picture, examples_of, features, key_of
from tfcoseg.datasets.published import Published


class CoSegBuilder(tfds.core.GeneratorBasedBuilder, skip_registration=True):
    """A benchmark that people download by hand.

    An example is {"image": uint8 (h, w, 3), RGB; "mask": uint8 (h, w, 1) of 0
    (background), 1 (the group's object) and `VOID` = 255 (counts nowhere); "group":
    text; "name": text}. A picture of several groups makes as many examples.

    A picture that cannot be read, whose mask is of another size, whose name is not
    UTF-8, or which has the name of another of its group, is left out, and so is a group
    without pictures; one warning names these. `info.metadata` keeps "manual_dir", from
    where the set came, "groups", {split: {group: pictures}}, "lists", what `LISTS`
    said, and of each split what is not as it should be: "problems", a line on each
    thing that was left out, "left_out", how many these are, and "differences", a line
    on each number that is not the published one. Pictures that are added to
    `manual_dir` later are not looked for.

    Attributes, to be set by each benchmark:
        PLACES: where in `manual_dir` it may lie.
        NEEDED: files or folders that the right place holds.
        HOMEPAGE: where it comes from.
        LISTS: names of files in `manual_dir`, which need not be there, that say which
            pictures to take or to leave out; see `tfcoseg.data.read_ids`.
    """

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "First release."}
    PLACES: tuple[str, ...]
    NEEDED: tuple[str, ...]
    HOMEPAGE: str
    LISTS: tuple[str, ...] = ()

    @abc.abstractmethod
    def _pictures(
        self, root: Path, manual_dir: Path
    ) -> dict[str, Iterable[Picture | str]]:
        """Returns {split: its pictures}; `root` is the place that was found.

        A text among the pictures says why there are none where some were expected.
        """

    def _published(self, split: str) -> Published:
        """What is known of a split's numbers, to compare with what is there."""
        return Published()

    def _differences(self, split, groups, pictures):
        """Lines on the numbers of a split that are not as published."""
        return self._published(split).differences(groups, pictures)

    def _group_count(self):
        config = self.builder_config
        return group_count(self.name, config and config.name)

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

        TFDS itself would return what it prepared before, wherever that came from. So
        does `tfds.load`, which does not come here once the set is prepared, unless a
        list of pictures was changed: for another folder give it another `data_dir`.

        Raises:
            FileNotFoundError: if the set is not in `manual_dir`.
            ValueError: if it was prepared before, from another `manual_dir` or with
                another list of pictures; or if there is no picture that can be read.
        """
        config = download_config or tfds.download.DownloadConfig()
        if self.data_path.exists() and not config.download_mode.overwrite_dataset:
            self._check_origin(config.manual_dir)
        super().download_and_prepare(
            download_dir=download_dir,
            download_config=download_config,
            file_format=file_format,
            **({"permissions": permissions} if permissions else {}),
        )

    def is_prepared(self):
        """Whether the set is prepared, and its lists of pictures are as they were."""
        return super().is_prepared() and not self._changed_lists()

    def _check_origin(self, wanted):
        """Raises unless the prepared set is of this folder, as its lists are now."""
        used = Path(self.info.metadata.get("manual_dir", wanted or "."))
        other = None
        if wanted and Path(wanted).resolve() != used.resolve():
            other = f"from {used} already", f"manual_dir={str(wanted)!r}"
        elif changed := self._changed_lists():
            other = "before its lists were changed", f"{used} with {changed}"
        if other is not None:
            raise ValueError(
                f"{self.name} was prepared {other[0]}, in {self.data_dir}. Choose "
                f"another `data_dir`, or delete that folder. Received: {other[1]}"
            )

    def _changed_lists(self):
        return changed_lists(self.LISTS, self.info.metadata)

    def _split_generators(self, dl_manager):
        try:
            manual_dir = Path(dl_manager.manual_dir).resolve()
        except AssertionError as error:
            raise FileNotFoundError(str(error)) from error
        pictures = self._pictures(self._root(manual_dir), manual_dir)
        self.info.metadata.update(
            manual_dir=str(manual_dir), lists=read_lists(self.LISTS, manual_dir)
        )
        for of_each_split in ("groups", "left_out", "problems", "differences"):
            self.info.metadata[of_each_split] = {}
        return {
            split: self._generate_examples(split, found)
            for split, found in pictures.items()
        }

    def _generate_examples(
        self, split: str, pictures: Iterable[Picture | str]
    ) -> Iterator[tuple[str, dict]]:
        groups, good, problems, keys = Counter(), 0, [], set()
        for picture in pictures:
            try:
                if isinstance(picture, str):
                    raise ValueError(picture)
                examples = {key_of(e, picture): e for e in examples_of(picture)}
                if not keys.isdisjoint(examples):
                    raise ValueError(f"{picture.image}: another picture has its name")
            except (OSError, ValueError) as error:
                problems.append(printable(str(error)))
                continue
            good += 1
            keys.update(examples)
            groups.update(example["group"] for example in examples.values())
            yield from examples.items()
        if not groups:
            raise ValueError(self._nothing(split, problems))
        differences = list(map(printable, self._differences(split, groups, good)))
        self._keep(split, dict(sorted(groups.items())), problems, differences)

    def _keep(self, split, groups, problems, differences):
        """Notes in the metadata what was found, and warns of what is not right."""
        metadata = self.info.metadata
        metadata["groups"][split], metadata["problems"][split] = groups, problems
        metadata["left_out"][split] = len(problems)
        metadata["differences"][split] = differences
        where = f"{self.info.full_name}, {split}"
        lines = [f"{where}: {in_short(problems)}"] if problems else []
        if differences:
            lines += [f"{where}: not as published:", *differences]
        if lines:
            warnings.warn("\n  ".join(lines), stacklevel=2)

    def _nothing(self, split, problems):
        found = in_short(problems) if problems else "none"
        return (
            f"{self.info.full_name}, {split}: expected pictures in "
            f"{self.info.metadata['manual_dir']}. Received {found}\n"
            f"{self.MANUAL_DOWNLOAD_INSTRUCTIONS}"
        )

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
