"""One name for each kind of object, whatever a data set calls it.

PASCAL VOC files pictures under "aeroplane", COCO under "airplane". This is the one
table of such names. Groups of one kind make no negative pair, are held out together,
and may be sampled as one.
"""

import functools
import re

# Other words for a kind of object. A rider or player is a person, and what is always
# photographed with a person stands for one too. The name of a kind is PASCAL VOC's
# or COCO's, where these have one.
_OTHER_WORDS = {
    "aeroplane": "aircraft airliner airplane jet plane",
    "ball": "soccerball",
    "bicycle": "bike bmx",
    "bird": "blackswan chicken crow duck eagle emu flamingo geese goose gull hen "
    "mallard ostrich owl parrot peacock pelican penguin pigeon rooster seagull swan "
    "turkey",
    "boat": "canoe ferry kayak sailboat ship yacht",
    "bus": "coach minibus",
    "car": "automobile jeep taxi",
    "cat": "kitten",
    "cellphone": "cell_phone mobile_phone phone smartphone",
    "cow": "bull calf cattle ox oxen",
    "cup": "mug",
    "diningtable": "desk dining_table table",
    "dog": "puppy",
    "horse": "foal pony",
    "hot_dog": "hotdog",
    "motorbike": "moped motorcycle scooter",
    "orange": "clementine mandarin tangerine",
    "person": "adult athlete baby biker boy boxer breakdancer child children climber "
    "crowd cyclist dancer driver face fisherman girl golfer gymnast hiker human "
    "hurdler jockey jogger juggler kayaker kitesurfer lady man men motorcyclist "
    "parachutist paraglider paragliding pedestrian people performer player rider "
    "rollerblader rower runner sailor skateboarder skater skier snowboarder soapbox "
    "soldier stroller surfer swimmer walker windsurf windsurfer windsurfing woman "
    "women wrestler",
    "pottedplant": "bonsai houseplant potted_plant",
    "sheep": "lamb",
    "sign": "road_sign stop_sign traffic_sign",
    "skis": "ski",
    "sofa": "couch",
    "teddy_bear": "teddy teddybear",
    "train": "locomotive tram",
    "truck": "fire_truck firetruck lorry",
    "tvmonitor": "monitor television tv",
}
ALIASES = {word: kind for kind, row in _OTHER_WORDS.items() for word in row.split()}

# Kinds of which no other word is needed. Listed, so that a name made of several words
# is taken apart: "cat and vase".
_NO_OTHER_WORD = frozenset(
    "backpack bear bed bench book bottle bowl building camel chair clock deer donkey "
    "elephant fire_hydrant flower fox frisbee giraffe goat grass handbag keyboard kite "
    "laptop lion microwave mouse oven parking_meter pig racket refrigerator rhino road "
    "sink skateboard sky snowboard suitcase surfboard tie tiger toilet traffic_light "
    "tree umbrella vase water wolf zebra".split()
)

# Names that say what happens, not what is to be seen: the videos of DAVIS-2016.
_VIDEOS = {
    "bicycle+person": "bmx_bumps bmx_trees",
    "bird": "mallard_fly mallard_water",
    "car": "drift_chicane drift_straight drift_turn",
    "dog": "dog_agility libby",
    "horse+person": "horsejump_high horsejump_low",
    "motorbike+person": "motocross_bumps motocross_jump scooter_black scooter_gray",
    "person": "breakdance breakdance_flare dance_jump dance_twirl hike hockey "
    "kite_surf kite_walk lucia paragliding_launch parkour rollerblade surf swing "
    "tennis",
}
_KINDS_OF_VIDEOS = {
    name: shown.split("+") for shown, row in _VIDEOS.items() for name in row.split()
}

KNOWN = _NO_OTHER_WORD.union(_OTHER_WORDS, ALIASES)

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


@functools.lru_cache(maxsize=4096)
def kinds(name: str) -> frozenset[str]:
    """The kinds of object that a group's name speaks of.

    What stands in parentheses only says more about the rest, "bird (water)", so that a
    word there that no list knows, "horse (weizmann)", is no kind of object. What stands
    in brackets is the name of a folder, "dog [train]", and never one.
    """
    text = re.sub(r"\[.*?\]", "", name.casefold()).strip()
    asides = _kinds_of_parts("/".join(re.findall(r"\((.*?)\)", text)))
    found = _kinds_of_parts(re.sub(r"\(.*?\)", "/", text))
    return frozenset(found | asides & KNOWN if found else asides or {name})


def _kinds_of_parts(text):
    found = set()
    for part in re.split(r"[+/(),&]", text):
        words = re.findall(r"[^\s_-]+", part)
        if videos := _KINDS_OF_VIDEOS.get("_".join(words)):
            found.update(videos)
            continue
        whole = _kind("_".join(words))
        known = {whole, *map(_kind, words)} & KNOWN
        # "dining table" is no table of its own, and scene_1 shares nothing with car_1.
        found |= {whole} if whole in KNOWN or not known else known
    return found - {""}


def _kind(word):
    """The word of the lists for a word in either number, or the word's stem."""
    forms = [word, word.removesuffix("s"), word.removesuffix("es")]
    for plural, singular in (("ies", "y"), ("ves", "f"), ("ves", "fe")):
        if word.endswith(plural):
            forms.append(word.removesuffix(plural) + singular)
    for form in forms:
        if form in KNOWN:
            return ALIASES.get(form, form)
    return _stem(word)


def _stem(word):
    """What a word and its plural have in common: box of boxes, butterfly, knif."""
    word = word.removesuffix("s")
    for ending, stem in _ENDINGS:
        if word.endswith(ending):
            return word.removesuffix(ending) + stem
    return word
