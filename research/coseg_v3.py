"""Make the embedded weights: train, calibrate, write in half precision.

    python -m research.coseg_v3 --output coseg-v3.weights.h5
    python -m research.coseg_v3 --small --output coseg-small.weights.h5

The run is kept in --run, and the same command resumes it where it was interrupted.
"""

import argparse
import os
from pathlib import Path

from tfcoseg.data.scan import check_root
from tfcoseg.train import Recipe, train
from tfcoseg.train.embed import write_half

# All sets that may be trained on; of MSRC only the groups that no benchmark uses.
SETS = (
    "pascal_coseg caltech101 caltech101_drawn coco_subsets student_sets sysu_shapes "
    "weizmann_horse human_seg ccp_person tiny_coco"
).split()
MSRC_GROUPS = "building tree flower sign chair face bicycle".split()


def folders(data: Path, run: Path) -> tuple[str, ...]:
    """The folders to train on; that of MSRC's groups is made of links."""
    part = run.with_name(f"{run.name}-msrc") / "msrc_coseg"
    for kind in ("images", "masks"):
        (part / kind).mkdir(parents=True, exist_ok=True)
        for group in MSRC_GROUPS:
            link = part / kind / group
            if not link.is_symlink():
                link.symlink_to(data / "msrc_coseg" / kind / group)
    return (*(str(data / name) for name in SETS), str(part))


def recipe(data: Path, weights: Path, run: Path, small: bool, **changes) -> Recipe:
    """The recipe of the embedded weights."""
    model = "lite0" if small else "lite2"
    backbone = weights / f"efficientnet_{model}_notop.npz"
    given = {"model": model, "backbone_weights": str(backbone)}
    given |= {"validation_share": 0.06, "sizes": (257, 321, 385)}
    return Recipe(data=folders(data, run), **given | changes)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m research.coseg_v3",
        description="Train, calibrate and write the embedded weights.",
    )
    add = parser.add_argument
    add("--output", type=Path, required=True, metavar="FILE.weights.h5")
    add(
        "--run", type=Path, default=Path("runs/coseg-v3"), help="(default: %(default)s)"
    )
    add("--small", action="store_true", help="EfficientNet-Lite0, for phones")
    add(
        "--seed", type=int, default=0, help="of everything drawn (default: %(default)s)"
    )
    add("--overwrite", action="store_true", help="replace FILE and its card")
    given = parser.parse_args(arguments)
    data, weights = (_folder(parser, name) for name in ("DATA", "WEIGHTS"))
    for name in SETS:
        check_root(data / name)
    asked = recipe(data, weights, given.run, given.small, seed=given.seed)
    trained = train(given.run, asked)
    print(write_half(trained, given.output, given.overwrite))


def _folder(parser, name):
    folder = os.environ.get(f"TFCOSEG_{name}")
    if not folder:
        parser.error(f"TFCOSEG_{name} must name a folder; see research/README.md")
    return Path(folder).resolve()


if __name__ == "__main__":
    main()
