"""The files of serving/, read as their programs read them."""

import re
from pathlib import Path

import pytest

SERVING = Path(__file__).parent.parent.parent / "serving"

# What Compose replaces by `default` where NAME is not set: ${NAME:-default}.
VARIABLE = re.compile(r"\$\{\w+:-([^}]*)\}")


@pytest.fixture(scope="session")
def serving():
    """The folder, with a function for each format in it."""
    return Files()


class Files:
    """Reads files of serving/ by name."""

    folder = SERVING

    def text(self, name):
        return (SERVING / name).read_text()

    def load(self, text):
        """A YAML text, its variables at their defaults."""
        reason = "PyYAML is missing: pip install '.[test]'"
        yaml = pytest.importorskip("yaml", reason=reason)
        return yaml.safe_load(VARIABLE.sub(r"\1", text))

    def yaml(self, name):
        return self.load(self.text(name))

    def parse_models(self, text):
        """The `ModelConfig` of a `ModelServerConfig`, which is to hold one."""
        reason = "tensorflow-serving-api is missing: pip install '.[test]'"
        pytest.importorskip("tensorflow_serving", reason=reason)
        from google.protobuf import text_format
        from tensorflow_serving.config import model_server_config_pb2

        config = model_server_config_pb2.ModelServerConfig()
        (model,) = text_format.Parse(text, config).model_config_list.config
        return model

    def model(self, name="models.config"):
        return self.parse_models(self.text(name))

    def services(self):
        return self.yaml("docker-compose.yml")["services"]

    def started(self, *profiles):
        """The services that are started with these profiles."""
        return {
            name
            for name, service in self.services().items()
            if {*profiles} & {*service.get("profiles", profiles)}
        }

    def pod(self):
        return self.yaml("kubernetes/deployment.yaml")["spec"]["template"]

    def container(self):
        (container,) = self.pod()["spec"]["containers"]
        return container

    def flags(self, program):
        """The server's flags, by name, under "compose" or under "kubernetes"."""
        if program == "compose":
            given = self.services()["server"]["command"]
        else:
            given = self.container()["args"]
        return dict(flag.removeprefix("--").split("=") for flag in given)
