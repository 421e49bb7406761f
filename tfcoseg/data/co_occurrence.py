"""Which kinds of object may be trusted not to appear in each other's pictures.

A mask covers the objects of its group only: the picture may hold others, unlabelled.
Two pictures make an honest negative pair only if neither is likely to hold the other's
object, nor both a third kind of object. The lists below are general knowledge of what
is photographed together, in the names of `tfcoseg.data.kinds`.
"""

from tfcoseg.data.kinds import kinds

# In the background of pictures of anything.
UNTRUSTED = frozenset({"person", "building", "tree", "grass", "sky", "road", "water"})

# Pictures of these seldom show people, and portraits seldom these: of PASCAL VOC's
# pictures of such classes, counted by eye, three in a hundred.
WITHOUT_PEOPLE = frozenset(
    "aeroplane bear bird cat cow deer fox giraffe goat lion rhino sheep tiger wolf "
    "zebra".split()
)

# Two groups of one row never make a negative pair.
TOGETHER = tuple(
    frozenset(row.split())
    for row in (
        # Rooms hold several of these; cats and dogs lie on the furniture.
        "bed book bottle bowl cat chair clock cup diningtable dog keyboard laptop "
        "microwave mouse oven pottedplant refrigerator sink sofa toilet tvmonitor vase",
        # Streets: parked cars and bicycles stand in the background of all the others.
        "bench bicycle bus car fire_hydrant motorbike parking_meter sign traffic_light "
        "train truck umbrella",
        # Pastures share their animals, dogs herd them, and at a coarse grain all of
        # them, cats and bears included, are one kind of thing: a four-legged animal.
        "bear camel cat cow deer dog donkey elephant fox giraffe goat horse lion pig "
        "rhino sheep tiger wolf zebra",
        # Water and shore: gulls and ducks around boats.
        "bird boat",
        # Flowers grow in pots and stand in vases.
        "flower pottedplant vase",
        # What people ride, sit on, hold, use, wear or walk: two such pictures may well
        # hold a person each, if only a driver or a foot. Dogs also ride in cars.
        "backpack ball bench bicycle boat book bottle bowl bus car chair cup "
        "diningtable dog frisbee handbag horse keyboard kite laptop motorbike mouse "
        "racket skateboard skis snowboard sofa suitcase surfboard tie train truck "
        "tvmonitor umbrella",
    )
)


def may_share_object(
    group_a: str, group_b: str, exclude: frozenset[frozenset[str]] = frozenset()
) -> bool:
    """Whether a picture of each group may well hold an object of one same kind.

    Args:
        group_a, group_b: names of groups, each of one kind of object or of several:
            "dining table", "horse+rider", "bird(water)", "Cats". A name of which no
            list knows a word is trusted.
        exclude: further groups, {name}, and pairs of groups, {name, name}, not to
            trust.

    Example:

    >>> may_share_object("horse", "cows"), may_share_object("horse", "aeroplane")
    (True, False)
    """
    a, b = kinds(group_a), kinds(group_b)
    return (
        not a.isdisjoint(b)
        or stands_behind(a, b)
        or stands_behind(b, a)
        or any(not row.isdisjoint(a) and not row.isdisjoint(b) for row in TOGETHER)
        or not exclude.isdisjoint(
            map(frozenset, [{group_a}, {group_b}, {group_a, group_b}])
        )
    )


def stands_behind(kinds_a: frozenset[str], kinds_b: frozenset[str]) -> bool:
    """Whether objects of some kinds may stand, unlabelled, behind those of others."""
    behind = kinds_a & UNTRUSTED
    return bool(behind - {"person"} if kinds_b <= WITHOUT_PEOPLE else behind)
