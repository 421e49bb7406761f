"""Pairs with objects of other pictures pasted in, drawn pair by pair."""

from collections.abc import Iterable, Sequence

import numpy as np

from tfcoseg.data.co_occurrence import may_share_object, stands_behind
from tfcoseg.data.copy_paste import may_be_pasted, paste_object
from tfcoseg.data.grouping import group_of
from tfcoseg.data.kinds import kinds
from tfcoseg.data.known import known_kinds
from tfcoseg.data.pairs import Pair
from tfcoseg.data.record import Record, read_record

Sides = list[tuple[np.ndarray, np.ndarray]]

# Records to draw and read until one has an object that may be pasted.
_TRIES = 8
# Of a part of a picture: the fraction of its pixels, and of its shorter side.
_LEAST_BACKGROUND = 0.2


class Composites:
    """Reads pairs, and pastes objects into some of them.

    A pair with distractors gets an object of a kind of its own in each picture; what
    the pictures have in common stays the same. A positive pair with swapped roles keeps
    picture A only: its partner is a picture of a kind that shares nothing with it, and
    both get an object of one third kind. That object is what they have in common then.
    A negative pair of one scene is a part of picture A without its object, twice, each
    time with an object of another kind: a scene in common is no object in common.

    No kind is pasted that either picture is known to hold, nor one that may stand
    behind the objects of either, such as people. Where no object fits, the pair stays
    as it is.

    Args:
        donors: records of several groups, whose objects are pasted.
        distractor_share: float. Probability of distractors, of any pair.
        swap_share: float. Probability of swapped roles, of a positive pair.
        scene_share: float. Probability of one scene, of a negative pair.
        seed: int. What happens to a pair depends on the seed, the pair's number and
            the donors alone. Defaults to 0.
        void_value: for records that do not name theirs. Defaults to `None`.

    Raises:
        ValueError: if a share is negative, both are more than 1 together, or there are
            no donors.
    """

    def __init__(
        self,
        donors: Iterable[Record],
        distractor_share: float,
        swap_share: float,
        scene_share: float = 0.0,
        seed: int = 0,
        void_value: int | None = None,
    ):
        self.donors = list(donors)
        self.distractor_share = distractor_share
        self.swap_share = swap_share
        self.scene_share = scene_share
        self.seed = seed
        self.void_value = void_value
        for share in (swap_share, scene_share):
            check_shares(self.donors, distractor_share, share)
        self._known = known_kinds(self.donors)
        self._of_kind: dict[str, list[Record]] = {}
        for record in self.donors:
            # The mask of a joint group covers objects of two kinds.
            if len(names := kinds(record.group)) == 1:
                self._of_kind.setdefault(*names, []).append(record)

    def read(self, pair: Pair, number: int) -> Sides:
        """The picture and the mask of what is in common, of A and of B.

        The masks of a negative pair are those of each picture's own object.

        Args:
            pair: two records.
            number: int. The number of the pair in the run.
        """
        sides = self._composed(pair, number) if self.donors else None
        return sides or [self._read(record) for record in pair.records]

    def _composed(self, pair, number):
        """What `read` returns, or `None` of a pair that stays as it is."""
        generator = np.random.default_rng([self.seed, number])
        drawn = generator.random()
        changed, share = self._swapped, self.swap_share
        if not pair.positive:
            changed, share = self._one_scene, self.scene_share
        if drawn < share:
            return changed(pair.record_a, generator)
        if drawn < share + self.distractor_share:
            return self._distracted(pair, generator)
        return None

    def _distracted(self, pair, generator):
        """Both pictures, each with an object of another kind where one fits."""
        allowed, sides = self._foreign_kinds(pair.records), []
        for record in pair.records:
            image, mask = self._read(record)
            if kind := _choice(allowed, generator):
                allowed.remove(kind)
                if objects := self._objects(kind, 1, generator):
                    image, mask, _ = paste_object(image, mask, *objects[0], generator)
            sides.append((image, mask))
        return sides

    def _swapped(self, record_a, generator):
        """Two pictures and masks of what is pasted into both; `None` if it fails."""
        partners = [
            kind
            for kind in sorted(self._of_kind)
            if not may_share_object(kind, group_of(record_a))
        ]
        held = self._held_by(record_a)
        record_b = _choice(
            [
                record
                for record in self._of_kind.get(_choice(partners, generator), ())
                if held.isdisjoint(self._held_by(record))
            ],
            generator,
        )
        if record_b is None:
            return None
        records = record_a, record_b
        kind = _choice(self._foreign_kinds(records), generator)
        objects = self._objects(kind, 2, generator) if kind else []
        sides = []
        for record, other in zip(records, objects):
            image, _, pasted = paste_object(*self._read(record), *other, generator)
            if pasted.any():
                sides.append((image, pasted))
        return sides if len(sides) == 2 else None

    def _one_scene(self, record, generator):
        """A picture's background with two objects in turn; `None` of too little."""
        scene = _background(*self._read(record))
        if scene is None:
            return None
        nothing = np.zeros(scene.shape[:2], np.uint8)
        allowed, sides = self._foreign_kinds((record,)), []
        while allowed and len(sides) < 2:
            kind = _choice(allowed, generator)
            allowed.remove(kind)
            for other in self._objects(kind, 1, generator):
                image, _, pasted = paste_object(scene, nothing, *other, generator)
                sides.append((image, pasted))
        return sides if len(sides) == 2 else None

    def _foreign_kinds(self, records):
        """Sorted names of the kinds that no picture is likely to hold."""
        groups = [kinds(record.group) for record in records]
        held = frozenset().union(*map(self._held_by, records))
        return [
            kind
            for kind in sorted(self._of_kind)
            if kind not in held
            and not any(stands_behind(frozenset({kind}), group) for group in groups)
        ]

    def _objects(self, kind, count, generator):
        """Pictures and masks of that many objects of a kind; fewer if there are none.

        The same one is there twice if the kind has no other.
        """
        records = self._of_kind[kind]
        order = generator.permutation(len(records))[:_TRIES]
        objects: Sides = []
        for index in order:
            image, mask = self._read(records[index])
            if may_be_pasted(mask):
                objects.append((image, mask))
            if len(objects) == count:
                return objects
        return objects[:1] * count

    def _held_by(self, record):
        """The kinds that a picture is known to hold."""
        return self._known.get(record, kinds(record.group))

    def _read(self, record):
        return read_record(record, self.void_value)


def check_shares(
    donors: Sequence[Record], distractor_share: float, swap_share: float
) -> None:
    """Makes sure that the shares are probabilities, and that there are donors."""
    both = distractor_share + swap_share
    if not (distractor_share >= 0 and swap_share >= 0 and both <= 1):
        raise ValueError(
            "`distractor_share` and `swap_share` (or `scene_share`) must be 0 or more, "
            f"and 1 at most together. Received: {distractor_share} and {swap_share}"
        )
    if both and not donors:
        raise ValueError(
            "Objects that are pasted need pictures to be cut from; pass `donors`, such "
            "as the records that the pairs were sampled from. Received: donors=[]"
        )


def _background(image, mask):
    """The largest strip beside, above or below an object; `None` of a small one.

    It is cut to twice its shorter side, so that resizing to a square squeezes little.
    """
    there = mask != 0
    if not there.any():
        return image
    rows, columns = (np.flatnonzero(there.any(axis)) for axis in (1, 0))
    strips = (
        image[: rows[0]],
        image[rows[-1] + 1 :],
        image[:, : columns[0]],
        image[:, columns[-1] + 1 :],
    )
    largest = max(strips, key=np.size)
    side, least = min(largest.shape[:2]), _LEAST_BACKGROUND
    if largest.size < least * image.size or side < least * min(mask.shape):
        return None
    return largest[: 2 * side, : 2 * side]


def _choice(options, generator):
    """One of some options, or `None` of none."""
    return options[generator.integers(len(options))] if options else None
