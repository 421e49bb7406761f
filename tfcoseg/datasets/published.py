"""The numbers that a benchmark is published with, compared with what is there."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Published:
    """What is known of a split; None where nothing is.

    Attributes:
        groups: {group: pictures}; such a group has to be there.
        number: of groups, of which `groups` may name some only.
        pictures: different pictures in all groups together.
    """

    groups: Mapping[str, int] = field(default_factory=dict)
    number: int | None = None
    pictures: int | None = None

    def differences(self, found: Mapping[str, int], pictures: int) -> list[str]:
        """Returns a line per number that is not as published, [] if all are.

        Args:
            found: {group: pictures}.
            pictures: how many different pictures these are.
        """
        lines = [
            f"{group}: expected {count} pictures, found {found.get(group, 0)}"
            for group, count in self.groups.items()
            if found.get(group, 0) != count
        ]
        if self.number is not None and len(found) != self.number:
            lines.append(f"expected {self.number} groups, found {len(found)}")
        if self.pictures is not None and pictures != self.pictures:
            lines.append(f"expected {self.pictures} pictures in all, found {pictures}")
        if self.groups and len(self.groups) == self.number:
            lines += [
                f"{group}: not a group of this set, found {count} pictures"
                for group, count in found.items()
                if group not in self.groups
            ]
        return lines
