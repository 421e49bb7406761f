"""Which version of a model is served, and what has become of the others."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tfcoseg.serve.request_error import RequestError
from tfcoseg.serve.routes import Route
from tfcoseg.serve.sentences import one_sentence
from tfcoseg.serve.served_model import ServedModel
from tfcoseg.serve.version_folders import check_folder, stamp_of, version_folders
from tfcoseg.serve.warmup import warm_up


@dataclass(frozen=True)
class VersionStatus:
    """A version's state, in the words of TensorFlow Serving.

    Attributes:
        state: `"LOADING"`, `"AVAILABLE"` or `"END"`: it was replaced, or has failed.
        error: why it could not be loaded, or nothing.
    """

    state: str
    error: str = ""

    def to_json(self, version: int) -> dict[str, Any]:
        """The entry of `model_version_status`."""
        return {
            "version": str(version),
            "state": self.state,
            "status": {
                "error_code": "UNKNOWN" if self.error else "OK",
                "error_message": self.error,
            },
        }


class ModelVersions:
    """Serves the newest version of a folder that can be loaded.

    Args:
        folder: the folder of the versions.
        labels: labels that stand for the version that is served.
        report: is called with a line when a version is taken up or fails.
    """

    def __init__(
        self,
        folder: str | os.PathLike,
        labels: Sequence[str] = (),
        report: Callable[[str], Any] = lambda line: None,
    ):
        self.folder, self.labels, self.report = folder, tuple(labels), report
        # Replaced as a whole, so that requests see one state or the next.
        self._served: tuple[int, ServedModel] | None = None
        self._statuses: dict[int, VersionStatus] = {}
        self._failed: dict[int, tuple] = {}

    def start(self) -> None:
        """Loads the newest version.

        Raises:
            ValueError: if there is none, or it cannot be loaded.
        """
        check_folder(self.folder)
        self.refresh()
        if self._served is None:
            version, status = max(self._statuses.items())
            raise ValueError(
                "Expected a SavedModel, as `tfcoseg export savedmodel` writes it. "
                f"Received: {self.folder}, of which version {version} cannot be "
                f"loaded: {status.error}"
            )

    def refresh(self) -> None:
        """Looks for a newer version, and serves it if it can be loaded.

        One that could not be loaded is tried again when its files have changed.
        """
        folders = version_folders(self.folder)
        if not folders:
            return
        newest = max(folders)
        if self._served is not None and self._served[0] == newest:
            return
        stamp = stamp_of(folders[newest])
        if self._failed.get(newest) != stamp:
            self._load(newest, folders[newest], stamp)

    def _load(self, version, folder, stamp):
        self._set(version, VersionStatus("LOADING"))
        try:
            model = ServedModel(folder)
            warm_up(folder, model.run)
        # The loader raises whatever a damaged file makes it stumble over.
        except Exception as error:
            cause = one_sentence(str(error))
            self._failed[version] = stamp
            self._set(version, VersionStatus("END", cause))
            if self._served is not None:  # or else `start` says it
                self.report(f"version {version} cannot be loaded: {cause}")
            return
        previous, self._served = self._served, (version, model)
        self._set(version, VersionStatus("AVAILABLE"))
        if previous is not None:
            self._set(previous[0], VersionStatus("END"))
            self.report(f"version {version} is served from now on")

    def _set(self, version, status):
        self._statuses = {**self._statuses, version: status}

    def find(self, route: Route) -> tuple[int, ServedModel]:
        """The version that a request is for, and its number.

        Raises:
            RequestError: 404 if it is not the one that is served.
        """
        version, model = self._served
        self._check_label(route)
        if route.version not in (None, version):
            raise RequestError(
                404,
                f"Version {route.version} of `{route.model}` is not served; version "
                f"{version} is",
            )
        return version, model

    def statuses(self, route: Route) -> dict[str, Any]:
        """The states of the versions that a request asks about, the newest first.

        Raises:
            RequestError: 404 if there is no such version.
        """
        statuses = self._statuses
        self._check_label(route)
        asked = self._served[0] if route.label is not None else route.version
        if asked is not None and asked not in statuses:
            raise RequestError(404, f"There is no version {asked} of `{route.model}`")
        numbers = sorted(statuses, reverse=True) if asked is None else [asked]
        return {"model_version_status": [statuses[n].to_json(n) for n in numbers]}

    def _check_label(self, route):
        if route.label is not None and route.label not in self.labels:
            raise RequestError(404, f"There is no such label of `{route.model}`")
