"""What serving/README.md tells people to type works, and what it says is so."""

import re
import shlex

import numpy as np
import pytest

from tfcoseg import signature as names
from tfcoseg.cli.main import COMMANDS, build_parser
from tfcoseg.export import signatures_of

COMMAND = re.compile(r"\btfcoseg (?:%s)\b[^`\n&]*" % "|".join(COMMANDS))


@pytest.fixture(scope="module")
def readme(serving):
    return serving.text("README.md")


def test_it_opens_with_three_commands(readme):
    (first,) = re.findall(r"^```sh\n(.*?)^```$", readme[:600], re.MULTILINE | re.DOTALL)
    export, run, ask = first.splitlines()
    assert export.startswith("tfcoseg export savedmodel ")
    assert run.startswith("docker compose up") and ask.startswith("tfcoseg client ")


def test_commands_are_accepted(readme):
    found = [shlex.split(line)[1:] for line in set(COMMAND.findall(readme))]
    whole = [arguments for arguments in found if len(arguments) > 2]
    assert {"export", "client"} <= {arguments[0] for arguments in whole}
    for arguments in whole:
        assert build_parser(arguments[0]).parse_args(arguments)


def test_services_profiles_and_variables_exist(readme, serving):
    services = serving.services()
    command = r"docker compose (?:--profile (\w+) )?up(?: ([a-z]\w*))?"
    named = re.findall(command, readme)
    profiles = {p for s in services.values() for p in s.get("profiles", [])}
    assert profiles == {profile for profile, _ in named if profile} | {"cpu"}
    assert {service for _, service in named if service} == {"gpu"} < set(services)
    variables = set(re.findall(r"COSEG_\w+", readme))
    used = set(re.findall(r"\$\{(COSEG_\w+)", serving.text("docker-compose.yml")))
    assert variables == used


def test_files_that_it_names_exist(readme, serving):
    ours = r"(?<![\w/.-])((?:kubernetes/)?[\w-]+\.(?:ya?ml|config|Dockerfile))\b"
    named = set(re.findall(ours, readme))
    assert "kubernetes/model.Dockerfile" in named and "models-canary.config" in named
    assert [name for name in named if not (serving.folder / name).is_file()] == []
    found = {path.name for path in serving.folder.iterdir() if path.is_file()}
    assert [name for name in found - {"README.md"} if f"`{name}`" not in readme] == []
    assert (serving.folder.parent / "tests" / "serving").is_dir()


def test_the_cluster_is_told_the_same_names(readme, serving):
    (image,) = serving.yaml("kustomization.yaml")["images"]
    tag = f"{image['newName']}:{image['newTag']}"
    assert readme.count(f" {tag}") == 2  # it is built, and pushed
    name = serving.yaml("kubernetes/deployment.yaml")["metadata"]["name"]
    assert f"kubectl rollout undo deployment/{name}`" in readme
    autoscaler = serving.yaml("kubernetes/autoscaler.yaml")["spec"]
    pods = f"{autoscaler['minReplicas']} to {autoscaler['maxReplicas']} pods"
    target = autoscaler["metrics"][0]["resource"]["target"]["averageUtilization"]
    assert pods in readme and f"CPU at {target} %" in readme


def test_values_of_flags_are_those_in_use(readme, serving):
    flags = serving.flags("compose")
    stated = dict(re.findall(r"`--(\w+)=([^`\s]+)`", readme))
    assert {"rest_api_timeout_in_ms", "rest_api_num_threads"} <= set(stated)
    assert {name: flags[name] for name in stated} == stated
    assert f"limit of {serving.services()['server']['mem_limit'][:-1]} GB" in readme


def test_numbers_are_the_exporters(readme):
    from tfcoseg.export import encoded_pictures, serve_bytes

    *sizes, largest = serve_bytes._BATCH_SIZES
    text = " ".join(readme.split())
    assert f"a run of {', '.join(map(str, sizes))} or {largest} pairs" in text
    assert f"within {serve_bytes._TIMEOUT_MICROS // 1000} ms of each other" in text
    assert f"up to {serve_bytes.MOST_ROWS} pairs" in text
    assert f"at most {serve_bytes.MOST_ROWS} pairs" in text
    assert f"each of 2 to {serve_bytes.MOST_ROWS} pictures" in text
    assert f"{serve_bytes._BATCH_THREADS} runs of {largest} pairs" in text
    assert f"more than {encoded_pictures._MOST_SCANS} scans" in text
    assert f"({names.MAX_SERVED_PIXELS // 10**6} million by default)" in text
    assert f"the working size ({names.WORKING_SIZE}, or `--size` at" in text


def test_signatures_are_those_of_an_export(readme, model):
    pattern = r"^\| `(\w+)` \| (.*) \| (.*) \|$"
    rows = re.findall(pattern, readme, re.MULTILINE)
    table = {row[0]: [re.findall(r"`(\w+)`", cell) for cell in row[1:]] for row in rows}
    signatures = signatures_of(model)
    assert set(table) == {*signatures, names.SERVE_BYTES, names.SERVE_GROUP_BYTES}
    masks = [names.MASK_A_BYTES, names.MASK_B_BYTES]
    scores = [names.SCORE_A, names.SCORE_B]
    images = [names.IMAGE_A, names.IMAGE_B]
    assert table.pop(names.SERVE_BYTES) == [images, [*masks, *scores]]
    group = [names.MASKS_BYTES, names.SCORES]
    assert table.pop(names.SERVE_GROUP_BYTES) == [[names.IMAGES], group]
    given = dict.fromkeys([names.IMAGE, *images], np.zeros((1, 32, 32, 3), np.uint8))
    given[names.SIZE] = np.array([32, 32], np.int32)
    given[names.REFERENCE] = np.ones((1, 20, 20, 1), np.float32)
    for name, signature in signatures.items():  # in the order of the stages
        inputs, outputs = table[name]
        assert set(inputs) == set(signature.inputs), name
        answer = signature.function({key: given[key] for key in inputs})
        assert set(outputs) == set(answer), name
        given |= answer
        if names.DESCRIPTORS in answer:
            descriptors = answer[names.DESCRIPTORS].numpy()
            partner = descriptors.reshape(1, 1, -1, descriptors.shape[-1])
            given[names.PARTNERS] = partner
        if names.OBJECT in answer:
            given[names.OBJECTS_A] = given[names.OBJECTS_B] = answer[names.OBJECT]
