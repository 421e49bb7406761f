"""Both examples as they are run: what becomes of good groups, bad ones and old ones."""

import importlib.util
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
import pytest
from coseg_groups.results import folder_name
from PIL import ExifTags, Image

from tfcoseg import samples, signature

pytestmark = pytest.mark.slow

# Small, so that it is fast; the predictor that it is compared with runs at it, too.
SIZE = 161
ENGINES = {"beam": "apache_beam", "ray": "ray"}
GOOD = {
    "farm/sheep": ["a.jpg", "b.jpg", "stranger.jpg"],
    "farm.sheep": ["a.jpg", "b.jpg"],
    "Schäfchen 🐑": ["sub/turned.jpg", "b.jpg"],
}
# From the line to what is said of it.
BAD = {
    '{"group": "half", "pic': ("manifest", "line of JSON"),
    '{"group": "one", "pictures": ["a.jpg"]}': ("manifest", "Received: 1"),
    '{"group": "gone", "pictures": ["a.jpg", "gone.jpg"]}': ("pictures", "gone.jpg"),
    '{"group": "text", "pictures": ["a.jpg", "text.jpg"]}': ("pictures", "text.jpg"),
    '{"group": "cut", "pictures": ["a.jpg", "cut.jpg"]}': ("network", "pictures[1]"),
    '{"group": "twice", "pictures": ["a.jpg", "b.jpg"]}': ("manifest", "on 2 lines"),
    '{"group": "twice", "pictures": ["b.jpg", "a.jpg"]}': ("manifest", "on 2 lines"),
}


@dataclass
class Run:
    """What came of running an example."""

    code: int
    out: str
    err: str
    files: dict[str, bytes]

    @property
    def summary(self):
        return self.out.strip().splitlines()[-1]


@pytest.fixture(scope="module")
def model(coseg, tmp_path_factory):
    """A SavedModel of the embedded weights with the one signature that is asked."""
    import keras

    from tfcoseg.export.serve_group import serve_group_of

    folder = tmp_path_factory.mktemp("models") / "coseg"
    served = serve_group_of(coseg, SIZE, 1_000_000)
    archive = keras.export.ExportArchive()
    name = signature.SERVE_GROUP_BYTES
    archive.add_endpoint(name, served.function, input_signature=[served.inputs])
    archive.write_out(folder / "2", verbose=False)
    return folder


def write_pictures(folder):
    (folder / "sub").mkdir(parents=True)
    meadow, coast = samples.pair()
    pictures = [meadow, coast, samples.without_common_object()]
    for path, name in zip(pictures, ("a", "b", "stranger")):
        with Image.open(path) as image:
            image.convert("RGB").save(folder / f"{name}.jpg", quality=92)
    with Image.open(meadow) as image:
        exif = Image.Exif()
        exif[ExifTags.Base.Orientation] = 6
        lying = image.convert("RGB").transpose(Image.Transpose.ROTATE_90)
        lying.save(folder / "sub" / "turned.jpg", quality=92, exif=exif)
    (folder / "cut.jpg").write_bytes((folder / "a.jpg").read_bytes()[:5000])
    (folder / "text.jpg").write_text("hello")


@pytest.fixture(scope="module", params=ENGINES)
def engine(request):
    name = ENGINES[request.param]
    if importlib.util.find_spec(name) is None:
        pytest.skip(f"needs {name}, of the extra [examples]")
    return request.param


@pytest.fixture(scope="module")
def run(examples, tmp_path_factory):
    """A function that runs an example and waits until all its processes have ended."""
    home = tmp_path_factory.mktemp("home")
    # The paths of Ray's sockets must be short.
    rooms = tempfile.mkdtemp(prefix="ray")

    def run(engine, *arguments, output=None):
        mark = uuid.uuid4().hex
        environment = {
            **os.environ,
            "HOME": str(home),
            "RAY_TMPDIR": rooms,
            "RAY_worker_niceness": "0",
            "TFCOSEG_TEST_MARK": mark,
        }
        answer = subprocess.run(
            [sys.executable, examples / f"{engine}_groups.py", *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=900,
            env=environment,
        )
        await_end(mark)
        return Run(answer.returncode, answer.stdout, answer.stderr, content_of(output))

    yield run
    shutil.rmtree(rooms, ignore_errors=True)


def await_end(mark, patience=60):
    """Processes that are told to end take a moment."""
    deadline = time.monotonic() + patience
    while left := [p for p in psutil.process_iter() if has(p, mark)]:
        assert time.monotonic() < deadline, left
        time.sleep(0.2)


def has(process, mark):
    try:
        return process.environ().get("TFCOSEG_TEST_MARK") == mark
    except psutil.Error:
        return False


def content_of(folder):
    paths = [p for p in folder.rglob("*") if p.is_file()] if folder else []
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(paths)}


@dataclass
class Story:
    """A manifest that is run, harmed, and run once more without its bad lines."""

    folder: Path
    first: Run
    second: Run


@pytest.fixture(scope="module")
def stories(model, run, tmp_path_factory):
    """The story of an engine, told once."""
    told = {}

    def tell(engine):
        if engine not in told:
            told[engine] = _tell(engine, model, run, tmp_path_factory.mktemp(engine))
        return told[engine]

    return tell


def _tell(engine, model, run, room):
    write_pictures(room / "in put")
    manifest, output = room / "in put" / "groups.jsonl", room / "out"
    command = (engine, "--manifest", manifest, "--output", output, "--model")
    good = [json.dumps({"group": g, "pictures": p}) for g, p in GOOD.items()]
    manifest.write_text("\n".join([*BAD, "", *good]) + "\n", encoding="utf-8")
    first = run(*command, model, output=output)
    shutil.rmtree(output / folder_name("farm/sheep"))
    mask, *_ = (output / folder_name("farm.sheep")).glob("*.png")
    mask.write_bytes(mask.read_bytes()[:-5])
    manifest.write_text("\n".join(good[::-1]), encoding="utf-8")
    second = run(*command, model / "2", output=output)
    return Story(manifest.parent, first, second)


@pytest.fixture
def story(engine, stories):
    return stories(engine)


def test_bad_groups_are_counted_and_told(story):
    first = story.first
    assert first.code == 1, first.err[-3000:]
    counts = f"groups: {len(GOOD)} done, 0 kept, {len(BAD)} bad"
    assert first.summary.startswith(counts)


def test_each_bad_line_is_a_dead_letter(story):
    letters = [*map(json.loads, story.first.files["dead_letter.jsonl"].splitlines())]
    assert len(letters) == len(BAD)
    for line, (stage, said) in BAD.items():
        of_line = [letter for letter in letters if is_about(letter, line)]
        assert [letter["stage"] for letter in of_line] == [stage], line
        assert said in of_line[0]["reason"]


def is_about(letter, line):
    if "line" in letter:
        return letter["line"] == line
    record = json.loads(line) if line.endswith("}") else {}
    return {key: letter[key] for key in ("group", "pictures")} == record


def test_each_good_group_is_written_and_nothing_else(story):
    folders = {Path(name).parts[0] for name in story.first.files} - {
        "dead_letter.jsonl"
    }
    assert folders == {folder_name(group) for group in GOOD}
    for group, pictures in GOOD.items():
        names = [n for n in story.first.files if n.startswith(folder_name(group))]
        assert len(names) == len(pictures) + 1


def test_what_is_there_is_kept_and_what_is_made_again_is_the_same(story):
    assert story.second.code == 0, story.second.err[-3000:]
    assert story.second.summary.startswith("groups: 2 done, 1 kept, 0 bad")
    first, second = dict(story.first.files), dict(story.second.files)
    assert first.pop("dead_letter.jsonl") and second.pop("dead_letter.jsonl") == b""
    assert first == second


def test_it_says_how_far_it_is(story):
    said = r"groups: \d+ done, \d+ kept, \d+ bad after \d+ s"
    assert re.search(said, story.first.err)


@pytest.fixture(scope="module")
def expected(coseg):
    """A function: what the predictor makes of the good groups."""
    from tfcoseg.inference import Predictor

    predictor = Predictor(coseg, working_size=SIZE)

    def predict(folder):
        return {
            group: predictor.predict_group([folder / name for name in pictures])
            for group, pictures in GOOD.items()
        }

    return predict


def found_in(run, group):
    """The record of a group, and its masks."""
    folder = folder_name(group)
    entries = json.loads(run.files[f"{folder}/group.json"])["pictures"]
    return entries, [mask(run.files[f"{folder}/{entry['mask']}"]) for entry in entries]


def mask(content):
    with Image.open(io.BytesIO(content)) as image:
        return np.asarray(image)


def iou(one, other):
    union = np.count_nonzero(one | other)
    return np.count_nonzero(one & other) / union if union else 1.0


def test_it_finds_what_the_predictor_finds(story, expected):
    drawn = 0
    for group, result in expected(story.folder).items():
        entries, masks = found_in(story.first, group)
        for entry, own, other in zip(entries, masks, result.masks, strict=True):
            assert own.shape == other.shape
            assert iou(own, other) >= 0.99, (group, entry["file"])
            drawn += own.any()
        scores = [entry["score"] for entry in entries]
        np.testing.assert_allclose(scores, result.scores, atol=5e-3)
        assert [entry["found"] for entry in entries] == result.found
    assert drawn == 6  # of seven: the stranger is not found


def test_both_engines_find_the_same(stories):
    for name in ENGINES.values():
        pytest.importorskip(name, reason="needs the extra [examples]")
    beam, ray = (stories(engine).first for engine in ENGINES)
    for group in GOOD:
        of_beam, of_ray = found_in(beam, group), found_in(ray, group)
        for one, other in zip(of_beam[1], of_ray[1], strict=True):
            assert iou(one, other) >= 0.99
        for one, other in zip(of_beam[0], of_ray[0], strict=True):
            assert one["score"] == pytest.approx(other["score"], abs=1e-3)
            assert one["found"] == other["found"]


def test_a_wrong_command_line_is_2_and_a_missing_model_1(engine, run, tmp_path):
    given = ("--manifest", "m", "--output", tmp_path / "out", "--model", tmp_path)
    wrong = run(engine, *given, "--outptu", "x")
    assert wrong.code == 2 and "--outptu" in wrong.err
    missing = run(engine, *given)
    assert missing.code == 1 and "tfcoseg export savedmodel" in missing.err
    assert "Traceback" not in missing.err
    assert list(tmp_path.iterdir()) == []


def test_options_of_the_readme_exist(engine, run, examples):
    readme = (examples / "README.md").read_text()
    known = run(engine, "--help").out
    commands = readme.replace("\\\n", " ").splitlines()
    script = f"{engine}_groups.py "
    ours = [line.partition(script)[2] for line in commands if script in line]
    assert len(ours) >= 2
    for line in ours:
        options = re.findall(r"--[\w-]+", line.partition("--runner")[0])
        assert options
        assert [option for option in options if f"  {option} " not in known] == []
