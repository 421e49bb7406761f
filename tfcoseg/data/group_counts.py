"""How many groups the benchmarks of the field were published with."""

# Of a benchmark, or of one of its configs.
_COUNTS = {
    "coco_coseg": 80,
    "davis_coseg": 50,
    "icoseg/groups38": 38,
    "icoseg/subset8": 8,
    "internet_coseg": 3,
    "msrc_coseg/groups14": 14,
    "msrc_coseg/groups7": 7,
}


def group_count(benchmark: str, config: str | None = None) -> int | None:
    """How many groups a config of a benchmark was published with, if that is known."""
    return _COUNTS.get(f"{benchmark}/{config}", _COUNTS.get(benchmark))
