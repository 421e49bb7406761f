"""Make the embedded weights: train, calibrate, write them for both engines.

    python -m research.coseg_v3 --output coseg-v3.weights.h5
    python -m research.coseg_v3 --small --output coseg-small.weights.h5

The run is kept in --run, and the same command resumes it where it was interrupted.
"""

import argparse
import os
from pathlib import Path

from tfcoseg.applications import load_model
from tfcoseg.cards import read_card
from tfcoseg.data.scan import check_root
from tfcoseg.export.calibration import record
from tfcoseg.export.litert import export_litert
from tfcoseg.files import check_free, write_json
from tfcoseg.train import Recipe, train
from tfcoseg.train.embed import write_half

# All sets that may be trained on; of MSRC only the groups that no benchmark uses.
SETS = (
    "pascal_coseg caltech101 caltech101_drawn coco_subsets student_sets sysu_shapes "
    "weizmann_horse human_seg ccp_person tiny_coco"
).split()
# The sets from whose first pictures int8 takes its ranges.
RECORDED = SETS[:2]
_RECORDED_PAIRS = 20
MSRC_GROUPS = "building tree flower sign chair face bicycle".split()


def folders(data: Path, run: Path) -> tuple[str, ...]:
    """The folders to train on; that of MSRC's groups is made of links.

    It has a name of its own: the benchmark's groups are not trained on.
    """
    part = run / "msrc_coseg_other"
    for kind in ("images", "masks"):
        (part / kind).mkdir(parents=True, exist_ok=True)
        for group in MSRC_GROUPS:
            link = part / kind / group
            if not link.is_symlink():
                link.symlink_to(data / "msrc_coseg" / kind / group)
    return (*(str(data / name) for name in SETS), str(part))


def recipes(data: Path, weights: Path, run: Path, small: bool, seed: int):
    """The run's two parts, `{name: Recipe}`: small pictures first, then large ones.

    A step at 257 pixels costs half of one at 353; what the second part starts from is
    what the first one ends with.
    """
    model = "lite0" if small else "lite2"
    backbone = weights / f"efficientnet_{model}_notop.npz"
    both = {
        "data": folders(data, run),
        "validation_share": 0.06,
        "model": model,
        "backbone_weights": str(backbone),
        "steps_per_epoch": 400,
        "self_share": 0.4,
    }
    first = Recipe(sizes=(257,), head_epochs=1, upper_epochs=7, seed=seed, **both)
    second = Recipe(
        sizes=(321, 385),
        head_epochs=0,
        upper_epochs=2,
        upper_learning_rate=2e-4,
        weights=str(run / "first" / "best.weights.h5"),
        seed=seed + 100,  # other pairs than the first part's
        **both,
    )
    return {"first": first, "second": second}


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m research.coseg_v3",
        description="Train, calibrate and write the embedded weights.",
    )
    add = parser.add_argument
    add("--output", type=Path, required=True, metavar="FILE.weights.h5")
    add("--run", type=Path, help="(default: runs/coseg-v3, or runs/coseg-small)")
    add("--small", action="store_true", help="EfficientNet-Lite0, for phones")
    add(
        "--seed", type=int, default=0, help="of everything drawn (default: %(default)s)"
    )
    add("--overwrite", action="store_true", help="replace FILE and its card")
    given = parser.parse_args(arguments)
    name = "coseg-small" if given.small else "coseg-v3"
    run = (given.run or Path("runs") / name).resolve()
    check_free([given.output, *_beside(given.output, ".json")], given.overwrite)
    data, weights = (environment_folder(parser, name) for name in ("DATA", "WEIGHTS"))
    for name in SETS:
        check_root(data / name)
    parts = recipes(data, weights, run, given.small, given.seed)
    for name, asked in parts.items():
        trained = train(run / name, asked)
    print(write_half(trained, given.output, given.overwrite))
    for file in write_beside(given.output, data, given.overwrite):
        print(file)


def write_beside(weights: Path, data: Path, overwrite: bool) -> list[Path]:
    """Writes what the package holds beside weights: LiteRT's file, int8's ranges."""
    ranges, lite = _beside(weights)
    recorded = record(weights, [data / each for each in RECORDED], _RECORDED_PAIRS)
    write_json(ranges, recorded, overwrite)
    card = read_card(weights)
    export_litert(load_model(weights), lite, "float16", card=card, overwrite=overwrite)
    return [ranges, lite]


def _beside(weights, *more):
    name = str(weights).removesuffix(".weights.h5")
    return [Path(name + end) for end in (".calibration.json", ".tflite", *more)]


def environment_folder(parser: argparse.ArgumentParser, name: str) -> Path:
    """The folder that TFCOSEG_<name> says; a usage error if it says none."""
    folder = os.environ.get(f"TFCOSEG_{name}")
    if not folder:
        parser.error(f"TFCOSEG_{name} must name a folder; see research/README.md")
    return Path(folder).resolve()


if __name__ == "__main__":
    main()
