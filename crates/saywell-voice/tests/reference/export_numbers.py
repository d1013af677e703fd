"""Exports numbers of the reference implementation, the package hibari-tts 0.2.1, for `tests/reference.rs`.

    python -m venv venv && venv/bin/pip install numpy scipy onnx onnxruntime hibari-tts==0.2.1
    venv/bin/python export_numbers.py

writes, next to this script:
    network.json    phoneme strings, and what the network makes of them: durations, pitch, and the five parts
                    of the spectrum at every 9th frame and every 40th bin
    samples.f32     the samples of the first phoneme string without noise
    synthesis.json  samples that the signal processing makes, without noise, of spectra given by a formula
"""
import json
import os

import numpy as np
import onnx
import onnxruntime
from hibari import Hibari, dsp

HERE = os.path.dirname(os.path.abspath(__file__))
FRAME_STEP, BIN_STEP = 9, 40


class NoNoise:
    """Stands in for numpy's generator: the noise is zero."""

    def standard_normal(self, shape, dtype):
        return np.zeros(shape, dtype)


def session_with_durations(path):
    """The network with the durations as one more output."""
    model = onnx.load(path)
    model.graph.output.append(onnx.helper.make_tensor_value_info("/Clip_output_0", onnx.TensorProto.FLOAT, None))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def rounded(array, digits):
    return [round(float(x), digits) for x in np.asarray(array).ravel()]


def export_network(tts):
    session = session_with_durations(tts.model_path)
    utterances = [
        ("Hello there.", 1.0),
        ("She asked whether the 3 old bridges, built in 1921, would last; nobody knew!", 1.0),
        ("Really? That is wonderful news.", 1.7),
        ("A slow and careful reading.", 0.6),
    ]
    cases = []
    for index, (text, speed) in enumerate(utterances):
        phonemes = " ".join(tts.phonemize(text))
        ids = tts.ids(phonemes)
        *parts, f0, durations = (
            output if output.ndim == 1 else output[0]
            for output in session.run(None, {"ids": np.asarray([ids], np.int64), "speed": np.asarray([speed], np.float32)})
        )
        cases.append({
            "phonemes": phonemes,
            "speed": speed,
            "ids": ids,
            "durations": [int(d) for d in durations],
            "f0": rounded(f0, 2),
            "parts": [rounded(part[::BIN_STEP, ::FRAME_STEP].T, 3) for part in parts],
        })
        if index == 0:
            dsp.synth(*parts, f0, NoNoise()).astype("<f4").tofile(os.path.join(HERE, "samples.f32"))
    with open(os.path.join(HERE, "network.json"), "w", encoding="utf-8") as file:
        json.dump({"frame_step": FRAME_STEP, "bin_step": BIN_STEP, "cases": cases}, file, ensure_ascii=False)


def export_synthesis():
    """Spectra by formula, so that only the samples need to be stored: see `formula` in `tests/reference.rs`."""
    frames = 24
    frame, bin_ = np.meshgrid(np.arange(frames, dtype=np.float32), np.arange(601, dtype=np.float32))
    harmonic = -4 - bin_ / 150 + np.sin(bin_ / 20 + frame / 3)
    harmonic_phase = 0.8 * np.sin(bin_ / 45 - frame / 5)
    noise = np.full_like(bin_, -5)
    free = -6 - bin_ / 200 + np.cos(bin_ / 30 - frame / 4)
    free_phase = 9 * np.sin(bin_ / 11 + frame)
    f0 = np.where((np.arange(frames) >= 8) & (np.arange(frames) < 12), 0, 180 + 40 * np.sin(np.arange(frames) / 4))
    samples = dsp.synth(*(part.astype(np.float32) for part in (harmonic, harmonic_phase, noise, free, free_phase)),
                        f0.astype(np.float32), NoNoise())
    with open(os.path.join(HERE, "synthesis.json"), "w", encoding="utf-8") as file:
        json.dump({"frames": frames, "samples": rounded(samples, 6)}, file)


if __name__ == "__main__":
    export_network(Hibari())
    export_synthesis()
