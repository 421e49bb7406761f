"""What a LiteRT file runs for programs that know nothing of signatures."""

from tfcoseg.export.objects import read_objects, write_objects
from tfcoseg.signature import SERVING_DEFAULT


def with_pair_first(file: bytes) -> bytes:
    """The same file, whose first graph is that of pairs.

    An interpreter runs the first graph if no signature is asked for, and the converter
    puts signatures in the order of their names: `correlate` would come first. Inputs
    and outputs of a pair come in the order of their names, image_a before image_b.

    Args:
        file: content of a LiteRT file without operators that run other graphs.
    """
    model = read_objects(file)
    by_name = {each.signatureKey.decode(): each for each in model.signatureDefs}
    pair = by_name[SERVING_DEFAULT]
    place, graphs = pair.subgraphIndex, model.subgraphs
    graphs[0], graphs[place] = graphs[place], graphs[0]
    moved = {0: place, place: 0}
    for signature in by_name.values():
        index = signature.subgraphIndex
        signature.subgraphIndex = moved.get(index, index)
    graphs[0].inputs, graphs[0].outputs = (
        [each.tensorIndex for each in sorted(tensors, key=lambda each: each.name)]
        for tensors in (pair.inputs, pair.outputs)
    )
    return write_objects(model)
