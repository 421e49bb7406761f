"""What the builders of the benchmarks have in common: from files to TFDS examples."""

import abc
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import tensorflow_datasets as tfds

from tfcoseg.data.folder import in_short
from tfcoseg.data.leaving_out import read_ids
from tfcoseg.data.printable import is_text, printable
from tfcoseg.datasets.picture import Picture, examples_of, features
from tfcoseg.datasets.published import Published


class CoSegBuilder(tfds.core.GeneratorBasedBuilder, skip_registration=True):
    """A benchmark that people download by hand.

    An example is {"image": uint8 (h, w, 3), RGB; "mask": uint8 (h, w, 1) of 0
    (background), 1 (the group's object) and `VOID` = 255 (counts nowhere); "group":
    text; "name": text}. A picture of several groups makes as many examples.

    A picture that cannot be read, whose mask is of another size, whose name is not
    UTF-8, or which has the name of another of its group, is left out; one warning names
    all of these. `info.metadata` keeps "manual_dir", from where the set came, "groups",
    {split: {group: pictures}}, "left_out", {split: pictures}, and "lists", what
    `LISTS` said. Pictures that are added to `manual_dir` later are not looked for.

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
        return super().is_prepared() and not self._lists_were_changed()

    def _check_origin(self, wanted):
        """Raises unless the prepared set is of this folder, as its lists are now."""
        used = Path(self.info.metadata.get("manual_dir", wanted or "."))
        other = None
        if wanted and Path(wanted).resolve() != used.resolve():
            other = f"from {used} already", f"manual_dir={str(wanted)!r}"
        elif self._lists_were_changed():
            other = "before its lists were changed", f"{used} with {self.LISTS}"
        if other is not None:
            raise ValueError(
                f"{self.name} was prepared {other[0]}, in {self.data_dir}. Choose "
                f"another `data_dir`, or delete that folder. Received: {other[1]}"
            )

    def _lists_were_changed(self):
        used = Path(self.info.metadata.get("manual_dir", ""))
        then = self.info.metadata.get("lists", {})
        return used.is_absolute() and used.is_dir() and self._lists(used) != then

    def _lists(self, manual_dir):
        files = {name: manual_dir / name for name in self.LISTS}
        return {name: read_ids(f) for name, f in files.items() if f.is_file()}

    def _split_generators(self, dl_manager):
        try:
            manual_dir = Path(dl_manager.manual_dir).resolve()
        except AssertionError as error:
            raise FileNotFoundError(str(error)) from error
        pictures = self._pictures(self._root(manual_dir), manual_dir)
        self.info.metadata.update(manual_dir=str(manual_dir), groups={}, left_out={})
        self.info.metadata["lists"] = self._lists(manual_dir)
        return {
            split: self._generate_examples(split, found)
            for split, found in pictures.items()
        }

    def _generate_examples(
        self, split: str, pictures: Iterable[Picture]
    ) -> Iterator[tuple[str, dict]]:
        groups, good, problems, keys = Counter(), 0, [], set()
        for picture in pictures:
            try:
                examples = {_key(e, picture): e for e in examples_of(picture)}
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
        self.info.metadata["groups"][split] = dict(sorted(groups.items()))
        self.info.metadata["left_out"][split] = len(problems)
        where = f"{self.info.full_name}, {split}"
        lines = [f"{where}: {in_short(problems)}"] if problems else []
        if differences := self._published(split).differences(groups, good):
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


def _key(example, picture):
    """What TFDS tells the examples of a split apart by."""
    key = f"{example['group']}/{example['name']}"
    if not is_text(key):
        raise ValueError(
            f"{picture.image}: its name, or that of its group, is not UTF-8; rename it"
        )
    return key
