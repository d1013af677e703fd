"""Exports numbers of Kokoro-82M in ONNX Runtime for `tests/kokoro.rs`.

    python -m venv venv && venv/bin/pip install numpy onnx onnxruntime
    venv/bin/python export_kokoro.py ../../../../saywell-data/kokoro.pack

The file holds 8-bit weights, which ONNX Runtime multiplies by activations rounded to 8 bits. Here it multiplies the same
weights, as floats, by activations that are not rounded: that is what the engine is held to. Writes, next to this script:
    kokoro.json  phonemes, voices and speeds, with the durations, pitch and energy of each
    kokoro.f16   of the first: what the generator was given (decoder's rows, source's rows), and its samples
"""
import json
import os
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

HERE = os.path.dirname(os.path.abspath(__file__))
DURATIONS, PITCH, ENERGY = "/encoder/Clip_output_0", "/encoder/Reshape_output_0", "/encoder/Reshape_1_output_0"
DECODED = "/decoder/decoder/decode.3/Div_4_output_0"
SOURCE = "/decoder/decoder/generator/Concat_3_output_0"
STYLE = "/decoder/Slice_output_0"
CASES = [
    ("həlˈO ðˈɛɹ.", "af_heart", 1.0),
    ("hˌW kæn ˌI hˈɛlp ju tədˈA?", "am_onyx", 1.0),
    ("ʃˈʊɹ! hˈɪɹz ɐ kwˈɪk sˈʌməɹi ʌv wˌʌt wi dəskˈʌst.", "bf_emma", 1.3),
    ("ʃˈʊɹ! hˈɪɹz ɐ kwˈɪk sˈʌməɹi ʌv wˌʌt wi dəskˈʌst, ænd wˌʌt kˈʌmz nˈɛkst.", "am_puck", 0.7),
]


def floats(model):
    """The same network with every rounded product replaced by one of floats."""
    graph = model.graph
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    value = lambda name: numpy_helper.to_array(tensors[name])
    added, nodes = {}, []

    def constant(name, array):
        added[name] = numpy_helper.from_array(np.asarray(array), name)
        return name

    one, zero = constant("one", np.float32(1)), constant("zero", np.float32(0))
    for node in graph.node:
        target = next((attribute.i for attribute in node.attribute if attribute.name == "to"), None)
        if node.op_type == "DynamicQuantizeLinear":
            for given, made in zip([node.input[0], one, zero], node.output):
                nodes.append(helper.make_node("Identity", [given], [made]))
        elif node.op_type in ("ConvInteger", "MatMulInteger"):
            weights = value(node.input[1]).astype(np.float32) - value(node.input[3]).astype(np.float32)
            kind = "Conv" if node.op_type == "ConvInteger" else "MatMul"
            made = helper.make_node(kind, [node.input[0], constant(f"{node.name} weights", weights)], node.output)
            made.attribute.extend(node.attribute)
            nodes.append(made)
        elif node.op_type == "DynamicQuantizeLSTM":
            scaled = lambda index, scale: constant(
                f"{node.name} {index}",
                np.ascontiguousarray(
                    (value(node.input[index]).astype(np.float32) * value(node.input[scale]).reshape(2, 1, 1)).transpose(0, 2, 1)
                ),
            )
            inputs = [node.input[0], scaled(1, 8), scaled(2, 10), node.input[3], "", node.input[5], node.input[6]]
            made = helper.make_node("LSTM", inputs, node.output)
            made.attribute.extend(a for a in node.attribute if a.name in ("direction", "hidden_size"))
            nodes.append(made)
        elif "bias" in node.name and (node.op_type == "Floor" or node.op_type == "Cast" and target == TensorProto.INT32):
            nodes.append(helper.make_node("Identity", node.input, node.output))
        else:
            nodes.append(node)
    del graph.node[:], graph.value_info[:]
    graph.node.extend(nodes)
    graph.initializer.extend(added.values())
    return model


def parts(path):
    with open(path, "rb") as file:
        assert file.readline() == b"SAYWELL-PACK 1\n"
        listed = [line.split() for line in iter(file.readline, b"\n")]
        found = {}
        for name, offset, length, _ in listed:
            file.seek(int(offset))
            found[name.decode()] = file.read(int(length))
        return found


def session(model):
    return onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])


def main(pack):
    found = parts(pack)
    with open(os.path.join(HERE, "../../assets/vocab.json"), encoding="utf-8") as file:
        vocabulary = json.load(file)
    vocabulary = vocabulary.get("vocab", vocabulary)
    model = floats(onnx.load_from_string(found["network.onnx"]))
    for name in (DURATIONS, PITCH, ENERGY, DECODED, SOURCE, STYLE):
        model.graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, None))
    whole, cases = session(model), []
    for index, (phonemes, voice, speed) in enumerate(CASES):
        ids = [0] + [vocabulary[phoneme] for phoneme in phonemes] + [0]
        styles = np.frombuffer(found[voice], "<f2").reshape(-1, 256).astype(np.float32)
        style = styles[len(phonemes) - 1][None]
        given = {"tokens": np.array([ids]), "style": style, "speed": np.array([speed], np.float32)}
        durations, pitch, energy, decoded, source, half = whole.run([DURATIONS, PITCH, ENERGY, DECODED, SOURCE, STYLE], given)
        rounded = lambda values: [round(float(x), 3) for x in values.ravel()]
        cases.append({
            "voice": voice,
            "speed": speed,
            "ids": ids,
            "durations": [int(x) for x in durations.ravel()],
            "pitch": rounded(pitch),
            "energy": rounded(energy),
        })
        if index == 0:
            decoded, source = (array.astype("<f2") for array in (decoded, source))
            types = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in (DECODED, SOURCE, STYLE)]
            cut = extract(model, types)
            (samples,) = session(cut).run(
                ["audio"], {DECODED: decoded.astype(np.float32), SOURCE: source.astype(np.float32), STYLE: half}
            )
            with open(os.path.join(HERE, "kokoro.f16"), "wb") as file:
                for array in (decoded[0].T, source[0].T, samples.astype("<f2")):
                    file.write(np.ascontiguousarray(array).tobytes())
    with open(os.path.join(HERE, "kokoro.json"), "w", encoding="utf-8") as file:
        json.dump(cases, file)


def extract(model, inputs):
    """The part of the network behind `inputs`."""
    made = {value.name for value in inputs} | {tensor.name for tensor in model.graph.initializer}
    # Nodes that only lead to the inputs, or need what is not given, are left out; nodes are in order.
    maker = {output: node for node in model.graph.node for output in node.output}
    needed, stack = set(), ["audio"]
    while stack:
        name = stack.pop()
        if name in made or name not in maker or id(maker[name]) in needed:
            continue
        needed.add(id(maker[name]))
        stack.extend(maker[name].input)
    nodes = [node for node in model.graph.node if id(node) in needed]
    output = [value for value in model.graph.output if value.name == "audio"]
    graph = helper.make_graph(nodes, "generator", inputs, output, list(model.graph.initializer))
    return helper.make_model(graph, opset_imports=model.opset_import, ir_version=model.ir_version)


if __name__ == "__main__":
    main(sys.argv[1])
