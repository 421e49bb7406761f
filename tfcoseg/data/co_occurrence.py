"""Which kinds of object may be trusted not to appear in each other's pictures.

A mask covers the objects of its group only: the picture may hold others, unlabelled.
Two pictures make an honest negative pair only if neither is likely to hold the other's
object, nor both a third kind of object. The lists below are general knowledge of what
is photographed together, in the class names of PASCAL VOC, COCO and MSRC; names that
are made of several, such as horse+rider, are taken apart.
"""

import re

# Other words for a kind of object, so that the lists below need one. Whoever rides or
# plays is a person, and what nobody is photographed without stands for its person too.
_OTHER_WORDS = {
    "aeroplane": "aircraft airliner airplane jet plane",
    "bicycle": "bike bmx",
    "bird": "chicken crow duck eagle flamingo geese goose gull hen mallard ostrich owl "
    "parrot peacock pelican penguin pigeon rooster seagull swan turkey",
    "boat": "canoe ferry kayak sailboat ship yacht",
    "bus": "coach minibus",
    "car": "automobile jeep taxi",
    "cat": "kitten",
    "cow": "bull calf cattle ox oxen",
    "diningtable": "desk dining_table table",
    "dog": "puppy",
    "horse": "foal pony",
    "motorbike": "moped motorcycle scooter",
    "person": "adult athlete baby biker boy boxer breakdancer child children climber "
    "crowd cyclist dancer driver face fisherman girl golfer gymnast hiker human "
    "hurdler jockey jogger juggler kayaker kitesurfer lady man men motorcyclist "
    "parachutist paraglider paragliding pedestrian people performer player rider "
    "rollerblader rower runner sailor skateboarder skater skier snowboarder soapbox "
    "soldier stroller surfer swimmer walker windsurf windsurfer windsurfing woman "
    "women wrestler",
    "pottedplant": "potted_plant",
    "sheep": "lamb",
    "skis": "ski",
    "sofa": "couch",
    "train": "locomotive tram",
    "truck": "lorry",
    "tvmonitor": "monitor television tv",
}
ALIASES = {word: kind for kind, row in _OTHER_WORDS.items() for word in row.split()}

# In the background of pictures of anything.
UNTRUSTED = frozenset({"person", "building", "tree", "grass", "sky", "road", "water"})

# Whoever takes pictures of these seldom has people in them, nor portraits these: of the
# pictures of PASCAL VOC's classes among them, seen one by one, three in a hundred.
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
        "bench bicycle bus car fire_hydrant motorbike parking_meter sign stop_sign "
        "traffic_light train truck umbrella",
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

# What a word's ending becomes, once an s is gone, so that both numbers end alike.
_ENDINGS = (
    ("ie", "y"),
    ("ve", "f"),
    ("fe", "f"),
    ("xe", "x"),
    ("che", "ch"),
    ("she", "sh"),
    ("sse", "s"),
)

_KNOWN = UNTRUSTED.union(ALIASES, ALIASES.values(), *TOGETHER)


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


def kinds(name: str) -> frozenset[str]:
    """The kinds of object that a group's name speaks of.

    What stands in parentheses only says more about the rest, "bird (water)", so that a
    word there that no list knows, "horse (weizmann)", is no kind of object.
    """
    text = name.casefold()
    asides = _kinds_of_parts("/".join(re.findall(r"\((.*?)\)", text)))
    found = _kinds_of_parts(re.sub(r"\(.*?\)", "/", text))
    return frozenset(found | asides & _KNOWN if found else asides or {name})


def stands_behind(kinds_a: frozenset[str], kinds_b: frozenset[str]) -> bool:
    """Whether objects of some kinds may stand, unlabelled, behind those of others."""
    behind = kinds_a & UNTRUSTED
    return bool(behind - {"person"} if kinds_b <= WITHOUT_PEOPLE else behind)


def _kinds_of_parts(text):
    found = set()
    for part in re.split(r"[+/(),&]", text):
        words = re.findall(r"[^\s_-]+", part)
        whole = _kind("_".join(words))
        known = {whole, *map(_kind, words)} & _KNOWN
        # "dining table" is no table of its own, and scene_1 shares nothing with car_1.
        found |= {whole} if whole in _KNOWN or not known else known
    return found - {""}


def _kind(word):
    """The word of the lists for a word in either number, or the word's stem."""
    forms = [word, word.removesuffix("s"), word.removesuffix("es")]
    for plural, singular in (("ies", "y"), ("ves", "f"), ("ves", "fe")):
        if word.endswith(plural):
            forms.append(word.removesuffix(plural) + singular)
    for form in forms:
        if form in _KNOWN:
            return ALIASES.get(form, form)
    return _stem(word)


def _stem(word):
    """What a word and its plural have in common: box of boxes, butterfly, knif."""
    word = word.removesuffix("s")
    for ending, stem in _ENDINGS:
        if word.endswith(ending):
            return word.removesuffix(ending) + stem
    return word
