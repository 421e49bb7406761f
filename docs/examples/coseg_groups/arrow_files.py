"""Files as Ray Data reaches them, by Arrow's file systems."""

import uuid
from functools import cache

from pyarrow import fs


class ArrowFiles:
    """Files wherever Arrow finds them: on disks, s3://, gs://, hdfs://."""

    def read(self, path: str) -> bytes:
        """The content of a file; OSError if it cannot be read."""
        system, place = _located(path)
        try:
            with system.open_input_file(place) as file:
                return file.read()
        except FileNotFoundError as error:
            raise FileNotFoundError(f"There is no such file: {path}") from error

    def replace(self, path: str, content: bytes) -> None:
        """Writes a file under another name first: two workers may try at once."""
        system, place = _located(path)
        folder, _, name = place.rpartition("/")
        system.create_dir(folder, recursive=True)
        temporary = f"{folder}/.{uuid.uuid4().hex}.{name}"
        try:
            with system.open_output_stream(temporary, compression=None) as file:
                file.write(content)
            system.move(temporary, place)
        except BaseException:
            self.remove(_with_scheme(path, temporary))
            raise

    def remove(self, path: str) -> None:
        """Removes a file, if it is there."""
        system, place = _located(path)
        if system.get_file_info(place).type != fs.FileType.NotFound:
            system.delete_file(place)


def _located(path):
    """The file system of a path or URL, and what the file is called there."""
    scheme, separator, place = path.rpartition("://")
    if not separator or scheme == "file":
        return _system("file", ""), place
    return _system(scheme, place.partition("/")[0]), place


@cache
def _system(scheme, bucket):
    if scheme == "file":
        return fs.LocalFileSystem()
    return fs.FileSystem.from_uri(f"{scheme}://{bucket}")[0]


def _with_scheme(path, place):
    scheme, separator, _ = path.rpartition("://")
    return f"{scheme}{separator}{place}"
