"""Kills runs at random moments, fills disks, runs twice at once: what is lost?

    python -m tests.soak                  all of it, some forty minutes on two cores
    python -m tests.soak segment --kills 3

Every part prints a line with how much was lost, and the exit code is 1 if anything was.
Nothing outlives it: it works in a temporary folder, for a bounded number of times.
"""

import argparse
import errno
import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

from tfcoseg import samples
from tfcoseg.pictures import read_mask

COMMAND = [sys.executable, "-m", "tfcoseg"]
GROUPS, PICTURES, SIZE = 20, 10, 65


def main() -> int:
    """Runs the parts that are asked for; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(PARTS)}; all")
    parser.add_argument("--kills", type=int, default=20, help="(default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    if unknown := set(given.parts) - PARTS.keys():
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    lost = 0
    for name in given.parts or PARTS:
        with tempfile.TemporaryDirectory(prefix="soak-") as folder:
            start = time.monotonic()
            losses = PARTS[name](Path(folder), given.kills, random.Random(given.seed))
            seconds = time.monotonic() - start
        print(f"{name}: {len(losses)} lost in {seconds:.0f} s", *losses, sep="\n  ")
        lost += len(losses)
    return int(lost > 0)


def kill_segment(folder, kills, moments):
    """200 pictures in 20 groups; what was recorded before a kill is kept after it."""
    command = segmenting(folder, "out")
    losses, seconds, kept = [], 20.0, 0
    for number in range(kills):
        killed(command, moments.uniform(0.1, seconds))
        masks = recorded(folder / "out")
        losses += [f"kill {number}: {bad}" for bad in unreadable(folder / "out")]
        if len(masks) < kept:
            losses.append(f"kill {number}: {kept - len(masks)} records are gone")
        kept = len(masks)
    if subprocess.run(command, stdout=subprocess.DEVNULL).returncode:
        losses.append("the last run, which nobody killed, failed")
    missing = GROUPS * PICTURES - len(recorded(folder / "out"))
    losses += [f"{missing} pictures without a record"] * (missing > 0)
    left = [path for path in (folder / "out").rglob(".*") if path.is_file()]
    # A process that is killed cannot remove the file that it was writing.
    losses += [f"{len(left)} temporary files"] * (len(left) > kills)
    return losses


def fill_disk(folder, kills, moments):
    """Five times the disk is full after so many masks; the next run goes on."""
    losses = []
    for number, room in enumerate((0, 1, 17, 60, 150)):
        out = f"out-{number}"
        ran = subprocess.run(
            [sys.executable, "-c", FULL, str(room), *segmenting(folder, out)[3:]],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        if ran.returncode != 1 or "cannot be written" not in ran.stderr:
            losses.append(f"room for {room}: exit code {ran.returncode}: {ran.stderr}")
        losses += [f"room for {room}: {bad}" for bad in unreadable(folder / out)]
        subprocess.run(segmenting(folder, out), stdout=subprocess.DEVNULL)
        missing = GROUPS * PICTURES - len(recorded(folder / out))
        losses += [f"room for {room}: {missing} are missing"] * (missing > 0)
    return losses


def run_twice(folder, kills, moments):
    """Two runs into one folder at once: one is refused, and nothing is lost."""
    command = segmenting(folder, "out")
    runs = [
        subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    said = [run.communicate()[1] for run in runs]
    losses = unreadable(folder / "out")
    if sorted(run.returncode for run in runs) != [0, 1]:
        losses.append(f"exit codes {[run.returncode for run in runs]}: {said}")
    missing = GROUPS * PICTURES - len(recorded(folder / "out"))
    return losses + [f"{missing} pictures without a record"] * (missing > 0)


def kill_export(folder, kills, moments):
    """A version is there in full or not at all."""
    command = [*COMMAND, "export", "savedmodel", str(folder / "models")]
    losses = []
    for number in range(kills):
        killed(command, moments.uniform(5, 80))
        for version in (folder / "models").glob("[0-9]*"):
            wanted = ("saved_model.pb", "assets.extra/signatures.json")
            if not all((version / name).is_file() for name in wanted):
                losses.append(f"kill {number}: version {version.name} is not whole")
    return losses


def kill_train(folder, kills, moments):
    """Epochs that were recorded stay recorded, and the run comes to its end."""
    data = folder / "data"
    for seed, group in enumerate(("sheep", "boats")):
        for number, picture in enumerate(drawn(8, seed)):
            save(data / "images" / group / f"{number}.jpg", picture)
            box = np.zeros(picture.shape[:2], np.uint8)
            box[20:60, 20:60] = 255
            save(data / "masks" / group / f"{number}.png", box)
    from tfcoseg.applications import CoSegMobileNetV2, save_weights

    run, weights = folder / "run", folder / "random.weights.h5"
    save_weights(CoSegMobileNetV2(weights=None), weights)
    options = {"data": data, "run": run, "weights": weights, "size": 65}
    options |= {"validation-share": 0.3, "head-epochs": 8, "upper-epochs": 8}
    options |= {"steps-per-epoch": 2, "head-batch-size": 2, "upper-batch-size": 2}
    options |= {"negative-share": 0, "distractor-share": 0, "swap-share": 0}
    command = [*COMMAND, "train"]
    for name, value in options.items():
        command += [f"--{name}", str(value)]
    losses, rows = [], []
    for number in range(kills):
        killed(command, moments.uniform(1, 40))
        state = run / "state.json"
        now = json.loads(state.read_text())["rows"] if state.exists() else []
        if now[: len(rows)] != rows:
            losses.append(f"kill {number}: an epoch that was recorded has changed")
        rows = now
    if subprocess.run(command, stdout=subprocess.DEVNULL).returncode:
        losses.append("the last run, which nobody killed, failed")
    return losses


PARTS = {
    "segment": kill_segment,
    "disk": fill_disk,
    "twice": run_twice,
    "export": kill_export,
    "train": kill_train,
}

# Runs the command after so many pictures for which there is room.
FULL = f"""
import sys
from PIL import Image
from tfcoseg.cli.main import main
save, room, written = Image.Image.save, int(sys.argv[1]), []
def fill(image, file, *args, **options):
    if len(written) >= room:
        raise OSError({errno.ENOSPC}, "No space left on device")
    written.append(file)
    save(image, file, *args, **options)
Image.Image.save = fill
sys.exit(main(sys.argv[2:]))
"""


def segmenting(folder, out):
    """The command for 200 small pictures, which are drawn the first time."""
    pictures = folder / "pictures"
    if not pictures.exists():
        for group in range(GROUPS):
            for number, picture in enumerate(drawn(PICTURES, seed=group)):
                save(pictures / f"group-{group}" / f"{number}.png", picture)
    options = ["--size", str(SIZE), "--min-score", "0"]
    where = ["--groups", str(pictures), "--output", str(folder / out)]
    return [*COMMAND, "segment", *where, *options]


def drawn(count, seed=0):
    """Pictures of the sample sheep, cropped and mirrored at random."""
    generator = np.random.default_rng(seed)
    with Image.open(samples.pair()[seed % 2]) as image:
        for _ in range(count):
            left, top = generator.integers(0, 60, 2)
            box = (left, top, image.width - 60 + left, image.height - 60 + top)
            picture = np.asarray(image.crop(box).resize((120, 90)).convert("RGB"))
            yield picture[:, :: generator.choice([-1, 1])]


def save(path, array):
    """Writes a picture, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.ascontiguousarray(array)).save(path)


def killed(command, seconds):
    """Runs a command and kills it after so many seconds, unless it has ended."""
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)


def recorded(out):
    """The masks that results.json says are finished."""
    file = out / "results.json"
    groups = json.loads(file.read_text())["groups"] if file.exists() else {}
    entries = [entry for group in groups.values() for entry in group["pictures"]]
    return [out / entry["outputs"]["mask"] for entry in entries]


def unreadable(out):
    """Of the masks that are finished those that are not there, or not whole."""
    losses = []
    for mask in recorded(out):
        try:
            read_mask(mask)
        except (OSError, ValueError) as error:
            losses.append(str(error))
    return losses


if __name__ == "__main__":
    sys.exit(main())
