"""Files as Apache Beam reaches them, by its file systems."""

import uuid

from apache_beam.io.filesystem import CompressionTypes
from apache_beam.io.filesystems import FileSystems


class BeamFiles:
    """Files wherever Beam finds them: on disks, gs://, s3://, hdfs://, ..."""

    def read(self, path: str) -> bytes:
        """The content of a file; OSError if it cannot be read."""
        try:
            with FileSystems.open(
                path, compression_type=CompressionTypes.UNCOMPRESSED
            ) as file:
                return file.read()
        except FileNotFoundError as error:
            raise FileNotFoundError(f"There is no such file: {path}") from error
        # Each file system raises what its own client library does.
        except Exception as error:
            raise OSError(f"{path} cannot be read: {error}") from error

    def replace(self, path: str, content: bytes) -> None:
        """Writes a file under another name first: two workers may try at once."""
        folder, name = FileSystems.split(path)
        temporary = FileSystems.join(folder, f".{uuid.uuid4().hex}.{name}")
        try:
            with FileSystems.create(
                temporary, compression_type=CompressionTypes.UNCOMPRESSED
            ) as file:
                file.write(content)
            FileSystems.rename([temporary], [path])
        except BaseException:
            self.remove(temporary)
            raise

    def remove(self, path: str) -> None:
        """Removes a file, if it is there."""
        if FileSystems.exists(path):
            FileSystems.delete([path])
