"""The files of serving/ agree with each other, and with the package."""

import re
from pathlib import PurePosixPath

import pytest

from tfcoseg.client.address import DEFAULT_MODEL

PROGRAMS = ["compose", "kubernetes"]
MODELS = ["models.config", "models-canary.config"]

# The flags of tensorflow_model_server 2.20, as its --help lists them, without those
# that are marked as experimental.
KNOWN_FLAGS = """
allow_version_labels_for_unavailable_models batching_parameters_file enable_batching
enable_grpc_healthcheck_service enable_model_warmup enable_per_model_batching_parameters
enable_profiler enable_serialization_as_tensor_content
enable_signature_method_name_check file_system_poll_wait_seconds flush_filesystem_caches
grpc_channel_arguments grpc_max_threads grpc_socket_path load_retry_interval_micros
max_num_load_retries mixed_precision model_base_path model_config_file
model_config_file_poll_wait_seconds model_name monitoring_config_file num_load_threads
num_request_iterations_for_warmup num_unload_threads per_process_gpu_memory_fraction
platform_config_file port remove_unused_fields_from_bundle_metagraph
rest_api_enable_cors_support rest_api_num_threads rest_api_port rest_api_timeout_in_ms
saved_model_tags ssl_config_file tensorflow_inter_op_parallelism
tensorflow_intra_op_parallelism tensorflow_session_config_file
tensorflow_session_parallelism thread_pool_factory_config_file use_alts_credentials
version
""".split()


def targets(mounts, key):
    return {mount[key]: mount for mount in mounts}


def script_of(services):
    return services["server"]["healthcheck"]["test"][-1]


@pytest.mark.parametrize("program", PROGRAMS)
def test_flags_are_the_servers_and_explained(program, serving):
    flags = serving.flags(program)
    assert [flag for flag in flags if flag not in KNOWN_FLAGS] == []
    readme = serving.text("README.md")
    assert [flag for flag in flags if f"--{flag}" not in readme] == []


def test_the_readme_names_no_other_flag(serving):
    named = set(re.findall(r"--([a-z]+(?:_[a-z]+)+)", serving.text("README.md")))
    assert "enable_batching" in named
    assert sorted(named - set(KNOWN_FLAGS)) == []


def test_both_programs_start_the_server_alike(serving):
    compose, kubernetes = (serving.flags(program) for program in PROGRAMS)
    # A pod does not read its configuration again: a change of it makes new pods.
    del compose["model_config_file_poll_wait_seconds"]
    assert compose == kubernetes
    services, container = serving.services(), serving.container()
    assert services["server"]["entrypoint"] == container["command"]
    assert services["server"]["image"] == container["image"]
    assert services["gpu"]["image"] == container["image"] + "-gpu"


def test_the_gpu_server_differs_in_image_and_device_only(serving):
    services = serving.services()
    server, gpu = services["server"], services["gpu"]
    assert gpu.pop("profiles") == ["gpu"] and server.pop("profiles")
    (device,) = gpu.pop("deploy")["resources"]["reservations"]["devices"]
    assert device["capabilities"] == ["gpu"]
    del server["image"], gpu["image"]
    assert server == gpu


def test_a_profile_starts_one_server_at_a_port(serving):
    assert serving.started("cpu") == {"server"}
    assert serving.started("gpu") == {"gpu"}
    assert serving.started("prometheus") == {"server", "prometheus"}


@pytest.mark.parametrize("name", MODELS)
def test_the_model_is_the_clients(name, serving):
    model = serving.model(name)
    assert model.name == DEFAULT_MODEL
    assert PurePosixPath(model.base_path).name == model.name
    assert f"GET /v1/models/{model.name} " in script_of(serving.services())
    readme = serving.text("README.md")
    assert f"tfcoseg export savedmodel models/{model.name}" in readme
    urls = re.findall(r"/v1/models/([\w-]+)", readme)
    assert urls and set(urls) == {model.name}


@pytest.mark.parametrize("name", MODELS)
def test_compose_mounts_what_the_server_reads(name, serving):
    model = serving.model(name)
    mounts = targets(serving.services()["server"]["volumes"], "target")
    assert all(mount["read_only"] for mount in mounts.values())
    folder = PurePosixPath(model.base_path).parent
    assert mounts[str(folder)]["source"] == "./models"
    for flag in ("model_config_file", "monitoring_config_file"):
        file = PurePosixPath(serving.flags("compose")[flag])
        assert mounts[str(file.parent)]["source"] == "."
        assert (serving.folder / file.name).is_file()
    assert (serving.folder / name).is_file()


def test_a_pod_mounts_what_the_server_reads(serving):
    pod, model = serving.pod()["spec"], serving.model()
    volumes = targets(pod["volumes"], "name")
    mounts = targets(serving.container()["volumeMounts"], "mountPath")
    (bring,) = pod["initContainers"]
    (filled,) = bring["volumeMounts"]
    folder = PurePosixPath(model.base_path).parent
    assert mounts[str(folder)]["name"] == filled["name"]
    assert mounts[str(folder)]["readOnly"] and "emptyDir" in volumes[filled["name"]]
    assert bring["command"] == ["cp", "-R", model.base_path, f"{filled['mountPath']}/"]
    assert serving.text("kubernetes/model.Dockerfile").split()[-1] == model.base_path
    kustomization = serving.yaml("kustomization.yaml")
    (image,) = kustomization["images"]
    assert bring["image"].partition(":")[0] == image["name"]
    (config,) = kustomization["configMapGenerator"]
    for flag in ("model_config_file", "monitoring_config_file"):
        file = PurePosixPath(serving.flags("kubernetes")[flag])
        volume = volumes[mounts[str(file.parent)]["name"]]
        assert volume["configMap"]["name"] == config["name"]
        assert file.name in config["files"] and (serving.folder / file.name).is_file()


def test_kustomization_names_all_manifests(serving):
    manifests = {
        path.relative_to(serving.folder).as_posix()
        for path in (serving.folder / "kubernetes").glob("*.yaml")
    }
    assert set(serving.yaml("kustomization.yaml")["resources"]) == manifests


def test_ports_agree(serving):
    flags = serving.flags("compose")
    grpc, rest = int(flags["port"]), int(flags["rest_api_port"])
    published = serving.services()["server"]["ports"]
    assert [int(port.rpartition(":")[2]) for port in published] == [grpc, rest]
    assert f"/dev/tcp/127.0.0.1/{rest} " in script_of(serving.services())
    container = serving.container()
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    assert ports == {"grpc": grpc, "rest": rest}
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert container[probe]["grpc"] == {"port": grpc}
    service = serving.yaml("kubernetes/service.yaml")["spec"]["ports"]
    assert {p["targetPort"]: p["port"] for p in service} == ports
    readme = serving.text("README.md")
    assert set(re.findall(r"localhost:(85\d\d)", readme)) == {str(grpc), str(rest)}


def test_nothing_is_published_beyond_this_machine(serving):
    published = [p for s in serving.services().values() for p in s["ports"]]
    assert len(published) == 5
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_prometheus_asks_where_the_server_answers(serving):
    monitoring = serving.text("monitoring.config")
    (path,) = re.findall(r'path: "(.*)"', monitoring)
    (job,) = serving.yaml("prometheus.yml")["scrape_configs"]
    assert job["metrics_path"] == path and path in serving.text("README.md")
    rest = serving.flags("compose")["rest_api_port"]
    (target,) = job["static_configs"][0]["targets"]
    (alias,) = serving.services()["server"]["networks"]["default"]["aliases"]
    assert target == f"{alias}:{rest}"
    annotations = serving.pod()["metadata"]["annotations"]
    assert annotations["prometheus.io/path"] == path
    assert annotations["prometheus.io/port"] == rest


def test_the_canary_labels_two_versions_that_are_served(serving):
    model = serving.model("models-canary.config")
    versions = list(model.model_version_policy.specific.versions)
    assert len(versions) == 2 and dict(model.version_labels) == {
        "stable": min(versions),
        "canary": max(versions),
    }
    # Without it the server refuses labels of versions that it has yet to load.
    for program in PROGRAMS:
        flag = "allow_version_labels_for_unavailable_models"
        assert serving.flags(program)[flag] == "true"


def test_manifests_point_at_the_same_pods(serving):
    labels = serving.pod()["metadata"]["labels"]
    deployment = serving.yaml("kubernetes/deployment.yaml")
    assert deployment["spec"]["selector"]["matchLabels"] == labels
    assert serving.yaml("kubernetes/service.yaml")["spec"]["selector"] == labels
    budget = serving.yaml("kubernetes/disruption_budget.yaml")["spec"]
    assert budget["selector"]["matchLabels"] == labels
    autoscaler = serving.yaml("kubernetes/autoscaler.yaml")["spec"]
    target = {k: deployment[k] for k in ("apiVersion", "kind")}
    name = deployment["metadata"]["name"]
    assert autoscaler["scaleTargetRef"] == {**target, "name": name}
    assert autoscaler["minReplicas"] > budget["minAvailable"]
    assert "replicas" not in deployment["spec"]


def test_the_server_may_do_little(serving):
    pod, server = serving.pod()["spec"], serving.services()["server"]
    user = pod["securityContext"]["runAsUser"]
    assert server["user"] == f"{user}:{pod['securityContext']['runAsGroup']}"
    assert user > 0 and pod["securityContext"]["runAsNonRoot"]
    assert server["read_only"] and server["cap_drop"] == ["ALL"]
    assert not pod["automountServiceAccountToken"]
    for container in (*pod["initContainers"], *pod["containers"]):
        context = container["securityContext"]
        assert context["readOnlyRootFilesystem"] and context["capabilities"]
        assert not context["allowPrivilegeEscalation"]


def test_times_and_sizes_fit(serving):
    pod, container = serving.pod()["spec"], serving.container()
    seconds = int(serving.flags("kubernetes")["rest_api_timeout_in_ms"]) / 1000
    wait = int(container["lifecycle"]["preStop"]["exec"]["command"][1])
    assert pod["terminationGracePeriodSeconds"] >= wait + seconds
    memory = container["resources"]["limits"]["memory"]
    assert serving.services()["server"]["mem_limit"] == memory.replace("Gi", "g")
    cores = container["resources"]["requests"]["cpu"]
    for program in PROGRAMS:
        assert serving.flags(program)["tensorflow_intra_op_parallelism"] == cores


def test_a_model_has_as_long_to_load_everywhere(serving):
    startup = serving.container()["startupProbe"]
    seconds = startup["periodSeconds"] * startup["failureThreshold"]
    health = serving.services()["server"]["healthcheck"]
    assert health["start_period"] == f"{seconds}s"
    assert seconds == 120 and "two minutes for loading" in serving.text("README.md")
    readiness = serving.container()["readinessProbe"]
    assert readiness["periodSeconds"] * readiness["failureThreshold"] == 10
    assert "out within 10 s" in " ".join(serving.text("README.md").split())
