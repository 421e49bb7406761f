"""Every file of serving/ follows the schema of the program that reads it."""

import importlib.resources
import json
import re
import shutil
import subprocess

import pytest
from google.protobuf import (
    descriptor_pb2,
    descriptor_pool,
    message_factory,
    text_format,
)

# The oldest Kubernetes whose schema the manifests are held to.
KUBERNETES = "1.31"
# Where people put models and masks when they follow the README.
NOT_OURS = {"models", "masks"}


def check_models(serving, text):
    model = serving.parse_models(text)
    assert model.name and model.base_path and model.model_platform == "tensorflow"


def check_monitoring(serving, text):
    assert text_format.Parse(text, monitoring_config()).prometheus_config.enable


def monitoring_config():
    """An empty `MonitoringConfig`, which tensorflow-serving-api leaves out.

    An excerpt of our own: the fields that are used here.
    """
    file = descriptor_pb2.FileDescriptorProto(name="monitoring.proto", syntax="proto3")
    prometheus = file.message_type.add(name="PrometheusConfig")
    prometheus.field.add(name="enable", number=1, type=8, label=1)
    prometheus.field.add(name="path", number=2, type=9, label=1)
    monitoring = file.message_type.add(name="MonitoringConfig")
    field = monitoring.field.add(name="prometheus_config", number=1, type=11, label=1)
    field.type_name = "PrometheusConfig"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    descriptor = pool.FindMessageTypeByName("MonitoringConfig")
    return message_factory.GetMessageClass(descriptor)()


def check_compose(serving, text):
    reason = "check-jsonschema is missing: pip install '.[test]'"
    package = pytest.importorskip("check_jsonschema", reason=reason)
    vendored = "builtin_schemas/vendor/compose-spec.json"
    schema = json.loads(
        (importlib.resources.files(package) / vendored).read_text(encoding="utf-8")
    )
    validate(serving.load(text), schema)


def validate(document, schema):
    from jsonschema.validators import validator_for

    kind = validator_for(schema)
    kind.check_schema(schema)
    kind(schema).validate(document)


def check_manifest(serving, text):
    reason = "kubernetes-validate is missing: pip install '.[test]'"
    kubernetes_validate = pytest.importorskip("kubernetes_validate", reason=reason)
    used = kubernetes_validate.validate(serving.load(text), KUBERNETES, strict=True)
    assert str(used) == KUBERNETES  # or another version's schema was taken silently


def check_kustomization(serving, text):
    """An excerpt of our own: the fields that are used here.

    Whether the files in it exist, other tests see.
    """
    names = {"type": "array", "items": {"type": "string"}, "minItems": 1}
    image = {"name": {}, "newName": {}, "newTag": {}}
    generator = {"name": {"type": "string"}, "files": names}
    fields = {
        "apiVersion": {"const": "kustomize.config.k8s.io/v1beta1"},
        "kind": {"const": "Kustomization"},
        "resources": names,
        "images": {"type": "array", "items": closed(image, {"type": "string"})},
        "configMapGenerator": {"type": "array", "items": closed(generator)},
    }
    validate(serving.load(text), closed(fields))


def check_prometheus(serving, text):
    """An excerpt of our own, after its documentation: the fields that are used here."""
    duration = {"type": "string", "pattern": "^[0-9]+(ms|s|m|h)$"}
    target = {"type": "string", "pattern": "^[a-z][a-z.-]*:[0-9]+$"}
    static = {"targets": {"type": "array", "items": target, "minItems": 1}}
    job = {
        "job_name": {"type": "string"},
        "metrics_path": {"type": "string", "pattern": "^/"},
        "static_configs": {"type": "array", "items": closed(static), "minItems": 1},
    }
    fields = {
        "global": closed({"scrape_interval": duration, "scrape_timeout": duration}),
        "scrape_configs": {"type": "array", "items": closed(job), "minItems": 1},
    }
    validate(serving.load(text), closed(fields))


def closed(fields, kind=None):
    """The schema of a mapping with these fields, all needed, and no others."""
    fields = {name: kind or schema for name, schema in fields.items()}
    return {
        "type": "object",
        "properties": fields,
        "required": list(fields),
        "additionalProperties": False,
    }


def check_dockerfile(serving, text):
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    from_image, *copies = [line.split() for line in lines]
    assert from_image[0] == "FROM" and re.fullmatch(r"\w+:\d+\.\d+\.\d+", from_image[1])
    assert copies and all(c[0] == "COPY" and len(c) == 3 for c in copies)


def check_profile(serving, text):
    """It is a profile of the server on CPUs, and of nothing else."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    ((name, _, profile),) = [line.partition("=") for line in lines]
    assert name == "COMPOSE_PROFILES" and serving.started(profile) == {"server"}


CHECKS = {
    ".env": check_profile,
    "models.config": check_models,
    "models-canary.config": check_models,
    "monitoring.config": check_monitoring,
    "docker-compose.yml": check_compose,
    "prometheus.yml": check_prometheus,
    "kustomization.yaml": check_kustomization,
    "kubernetes/deployment.yaml": check_manifest,
    "kubernetes/service.yaml": check_manifest,
    "kubernetes/autoscaler.yaml": check_manifest,
    "kubernetes/disruption_budget.yaml": check_manifest,
    "kubernetes/model.Dockerfile": check_dockerfile,
}
# test_readme.py beside this file reads the README.
ALSO_READ = {"README.md"}


@pytest.mark.parametrize("name", CHECKS)
def test_follows_its_schema(name, serving):
    CHECKS[name](serving, serving.text(name))


def test_no_file_goes_unread(serving):
    found = {
        path.relative_to(serving.folder).as_posix()
        for path in serving.folder.rglob("*")
        if path.is_file() and path.relative_to(serving.folder).parts[0] not in NOT_OURS
    }
    assert found == set(CHECKS) | ALSO_READ


# A slip of the kind that the schemas are there for: what is written, what would be.
SLIPS = {
    ".env": ("=cpu", "=gpu"),
    "models.config": ("base_path", "base_folder"),
    "models-canary.config": ("value: 1", 'value: "one"'),
    "monitoring.config": ("enable: true", "enabled: true"),
    "docker-compose.yml": ("healthcheck:", "health_check:"),
    "prometheus.yml": ("metrics_path", "metric_path"),
    "kustomization.yaml": ("newTag", "tag"),
    "kubernetes/deployment.yaml": ("grpc: {port: 8500}", "grpc: {port: grpc}"),
    "kubernetes/service.yaml": ("selector: {", "selectors: {"),
    "kubernetes/autoscaler.yaml": ("maxReplicas: 8", "maxReplicas: eight"),
    "kubernetes/disruption_budget.yaml": ("minAvailable: 1", "minAvailable: [1]"),
    "kubernetes/model.Dockerfile": ("busybox:1.37.0", "busybox:latest"),
}


@pytest.mark.parametrize("name", CHECKS)
def test_a_slip_is_seen(name, serving):
    written, slip = SLIPS[name]
    text = serving.text(name)
    assert written in text
    with pytest.raises(Exception) as caught:
        CHECKS[name](serving, text.replace(written, slip))
    kinds = "ParseError", "ValidationError", "AssertionError"
    assert caught.type.__name__ in kinds, caught.value


def test_kustomize_puts_it_together(serving):
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("kubectl is missing, which brings Kustomize")
    yaml = pytest.importorskip(
        "yaml", reason="PyYAML is missing: pip install '.[test]'"
    )
    command = [kubectl, "kustomize", str(serving.folder)]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert answer.returncode == 0, answer.stderr
    documents = {d["kind"]: d for d in yaml.safe_load_all(answer.stdout)}
    for document in documents.values():
        check_manifest(serving, yaml.safe_dump(document))
    pod = documents["Deployment"]["spec"]["template"]["spec"]
    (config,) = (v["configMap"]["name"] for v in pod["volumes"] if "configMap" in v)
    assert config == documents["ConfigMap"]["metadata"]["name"]
    assert config != "coseg-config"  # a hash of the contents follows
    assert pod["initContainers"][0]["image"] == "registry.example.com/coseg-model:1"
