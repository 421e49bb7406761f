"""Runs a SavedModel through TensorFlow's C API: the loader and session of a server.

    python c_api.py LIBRARY JOB.json IN.npz OUT.npz

LIBRARY is libtensorflow_cc of TensorFlow's wheel. The job names the SavedModel's folder
and the graph's tensors of one signature; arrays of bytes come and go as object arrays.
TensorFlow's Python package is not imported, which shares no code with this way in.
"""

import ctypes
import json
import sys

import numpy as np

# Both bring libraries that must be loaded before TensorFlow's.
import numpy.random  # noqa: F401

import ssl  # noqa: F401 isort: skip

FLOAT, INT32, UINT8, STRING = 1, 3, 4, 7
TYPES = {"float32": FLOAT, "int32": INT32, "uint8": UINT8, "object": STRING}
TSTRING = 24  # bytes of a TF_TString

Pointer = ctypes.c_void_p


class Output(ctypes.Structure):
    _fields_ = [("operation", Pointer), ("index", ctypes.c_int)]


class Api:
    """The functions that are needed, with their types."""

    def __init__(self, path):
        self.library = ctypes.CDLL(path)
        for name, result in {
            "NewStatus": Pointer,
            "NewGraph": Pointer,
            "NewSessionOptions": Pointer,
            "LoadSessionFromSavedModel": Pointer,
            "GraphOperationByName": Pointer,
            "AllocateTensor": Pointer,
            "TensorData": Pointer,
            "StringGetDataPointer": Pointer,
            "StringGetSize": ctypes.c_size_t,
            "TensorByteSize": ctypes.c_size_t,
            "Dim": ctypes.c_int64,
            "Message": ctypes.c_char_p,
        }.items():
            getattr(self.library, f"TF_{name}").restype = result
        self.status = Pointer(self("NewStatus"))

    def __call__(self, name, *arguments):
        return getattr(self.library, f"TF_{name}")(*arguments)

    def check(self):
        if self("GetCode", self.status):
            raise RuntimeError(self("Message", self.status).decode())


def to_tensor(api, array):
    kind = TYPES[array.dtype.name]
    dims = (ctypes.c_int64 * array.ndim)(*array.shape)
    size = array.size * TSTRING if kind == STRING else array.nbytes
    tensor = api("AllocateTensor", kind, dims, array.ndim, ctypes.c_size_t(size))
    start = api("TensorData", Pointer(tensor))
    if kind != STRING:
        ctypes.memmove(start, np.ascontiguousarray(array).ctypes.data, size)
        return tensor
    for index, text in enumerate(array.flat):
        place = Pointer(start + index * TSTRING)
        api("StringInit", place)
        api("StringCopy", place, text, ctypes.c_size_t(len(text)))
    return tensor


def to_array(api, tensor):
    tensor = Pointer(tensor)
    shape = [api("Dim", tensor, axis) for axis in range(api("NumDims", tensor))]
    names = {number: name for name, number in TYPES.items()}
    name = names[api("TensorType", tensor)]
    start = api("TensorData", tensor)
    if name != "object":
        content = ctypes.string_at(start, api("TensorByteSize", tensor))
        return np.frombuffer(content, name).reshape(shape)
    array = np.empty(shape, object)
    for index in range(array.size):
        place = Pointer(start + index * TSTRING)
        size = api("StringGetSize", place)
        array.flat[index] = ctypes.string_at(api("StringGetDataPointer", place), size)
    return array


def load(api, folder):
    graph = Pointer(api("NewGraph"))
    tags = (ctypes.c_char_p * 1)(b"serve")
    session = api(
        "LoadSessionFromSavedModel",
        Pointer(api("NewSessionOptions")),
        None,
        folder.encode(),
        tags,
        1,
        graph,
        None,
        api.status,
    )
    api.check()
    return graph, Pointer(session)


def place(api, graph, tensor_name):
    operation, _, index = tensor_name.partition(":")
    found = api("GraphOperationByName", graph, operation.encode())
    if not found:
        raise RuntimeError(f"no operation {operation}")
    return Output(found, int(index))


def run(api, graph, session, inputs, outputs):
    """Arrays by tensor name in, arrays in the order of the names out."""
    feeds = (Output * len(inputs))(*[place(api, graph, name) for name in inputs])
    values = (Pointer * len(inputs))(*[to_tensor(api, a) for a in inputs.values()])
    fetches = (Output * len(outputs))(*[place(api, graph, name) for name in outputs])
    results = (Pointer * len(outputs))()
    api(
        "SessionRun",
        session,
        None,
        *(feeds, values, len(inputs)),
        *(fetches, results, len(outputs)),
        *(None, 0, None),
        api.status,
    )
    api.check()
    return [to_array(api, result) for result in results]


def main(library, job, arrays, answer):
    with open(job) as file:
        job = json.load(file)
    api = Api(library)
    graph, session = load(api, job["folder"])
    answers = {}
    with np.load(arrays, allow_pickle=True) as given:
        for call in range(job["calls"]):
            inputs = {
                tensor: given[f"{call}.{name}"]
                for name, tensor in job["inputs"].items()
            }
            results = run(api, graph, session, inputs, list(job["outputs"].values()))
            for name, result in zip(job["outputs"], results):
                answers[f"{call}.{name}"] = result
    assert "tensorflow" not in sys.modules
    np.savez(answer, **answers)


if __name__ == "__main__":
    main(*sys.argv[1:])
