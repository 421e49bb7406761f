"""Which kinds of object may be trusted not to appear in each other's pictures.

A mask covers the objects of its group only: the picture may hold others, unlabelled.
Two pictures make an honest negative pair only if neither is likely to hold the other's
object, nor both a third kind of object. The lists below are general knowledge of what
is photographed together, in the class names of PASCAL VOC, COCO and MSRC.
"""

# Other spellings of a class, so that the lists need one.
ALIASES = {
    "airplane": "aeroplane",
    "bike": "bicycle",
    "couch": "sofa",
    "dining_table": "diningtable",
    "face": "person",
    "human": "person",
    "motorcycle": "motorbike",
    "people": "person",
    "potted_plant": "pottedplant",
    "tv": "tvmonitor",
}

# In the background of pictures of anything.
UNTRUSTED = frozenset({"person", "building", "tree", "grass", "sky", "road", "water"})

# Two groups of one row never make a negative pair.
TOGETHER = tuple(
    frozenset(row.split())
    for row in (
        # Rooms hold several of these; cats and dogs lie on the furniture.
        "bed book bottle bowl cat chair clock cup diningtable dog keyboard laptop "
        "microwave mouse oven pottedplant refrigerator sink sofa toilet tvmonitor vase",
        # Streets: parked cars and bicycles stand in the background of all the others.
        "bench bicycle bus car fire_hydrant motorbike parking_meter sign stop_sign "
        "traffic_light train truck umbrella",
        # Pastures share their animals, dogs herd them, and at a coarse grain all of
        # them, cats and bears included, are one kind of thing: a four-legged animal.
        "bear cat cow dog elephant giraffe goat horse sheep zebra",
        # Water and shore: gulls and ducks around boats.
        "bird boat",
        # Flowers grow in pots and stand in vases.
        "flower pottedplant vase",
        # What people ride, sit on, hold, use, wear or walk: two such pictures may well
        # hold a person each, if only a driver or a foot. Dogs also ride in cars.
        "backpack bench bicycle boat book bottle bowl bus car chair cup diningtable "
        "dog frisbee handbag horse keyboard kite laptop motorbike mouse skateboard "
        "skis snowboard sofa suitcase surfboard tie train truck tvmonitor umbrella",
    )
)


def may_share_object(
    group_a: str, group_b: str, exclude: frozenset[frozenset[str]] = frozenset()
) -> bool:
    """Whether a picture of each group may well hold an object of one same kind.

    Args:
        group_a, group_b: names of groups. A name that no list knows is trusted.
        exclude: further groups, {name}, and pairs of groups, {name, name}, not to
            trust.
    """
    a, b = ALIASES.get(group_a, group_a), ALIASES.get(group_b, group_b)
    return (
        a == b
        or bool({a, b} & UNTRUSTED)
        or any(a in row and b in row for row in TOGETHER)
        or not exclude.isdisjoint(
            map(frozenset, [{group_a}, {group_b}, {group_a, group_b}])
        )
    )
