"""Compares the speed of this crate with the reference implementation, the package hibari-tts 0.2.1 on ONNX
Runtime with one thread and scipy: phoneme ids to samples, the same sentences, in turns.

    cargo build --release -p saywell-voice --example measure
    venv/bin/python benches/compare.py ../../target/release/examples/measure

(the virtual environment is that of tests/reference/export_numbers.py). Prints, per sentence, the median times,
and the median over the turns of reference time / our time.
"""
import os

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import statistics
import subprocess
import sys
import time

import numpy as np
from hibari import Hibari

TURNS = 40
SENTENCES = [
    "Hello there.",
    "The library closes at six, so bring the books back before then.",
    "You can reset the password from the settings page, and the change takes effect at once on every device.",
    "On the third of March, a group of engineers gathered in the old library to discuss how the new bridge "
    "would be built, who would pay for it, and why it mattered to the people on the other side of the river.",
]


def main():
    tts = Hibari(threads=1)
    ours = subprocess.Popen([sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    rng = np.random.default_rng(0)
    overall = []
    for sentence in SENTENCES:
        ids = tts.ids(" ".join(tts.phonemize(sentence)))
        reference, whole, network = [], [], []
        for _ in range(TURNS):
            started = time.perf_counter()
            samples = tts.from_ids(ids, 1.0, rng)
            reference.append((time.perf_counter() - started) * 1e3)
            ours.stdin.write(" ".join(map(str, ids)) + "\n")
            ours.stdin.flush()
            answer = ours.stdout.readline().split()
            network.append(float(answer[0]))
            whole.append(float(answer[1]))
            assert int(answer[2]) == len(samples)
        ratios = [a / b for a, b in zip(reference, whole)]
        overall += ratios
        seconds = len(samples) / 24000
        print(f"{seconds:5.2f} s of sound: reference {statistics.median(reference):6.2f} ms, "
              f"ours {statistics.median(whole):6.2f} ms (decoder {statistics.median(network):6.2f} ms), "
              f"ratio {statistics.median(ratios):.2f}")
    print(f"median ratio over all: {statistics.median(overall):.2f}")
    ours.stdin.close()
    ours.wait()


if __name__ == "__main__":
    main()
