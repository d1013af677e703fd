"""Compares the speed of this crate with the reference implementation, the package hibari-tts 0.2.1 on ONNX
Runtime with one thread and scipy: phoneme ids to samples, the same sentences, in turns.

    cargo build --release -p saywell-voice --example measure
    venv/bin/python benches/compare.py ../../target/release/examples/measure

(the virtual environment is that of tests/reference/export_numbers.py). Measures processor time rather than
time on the clock, so that other programs disturb little; Linux only. Prints, per sentence, the median times in
milliseconds, and the median over the turns of reference time / our time.
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


class Program:
    """A program that answers each line of phoneme ids with a number of samples."""

    def __init__(self, *command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def processor_ms(self):
        with open(f"/proc/{self.process.pid}/schedstat") as file:
            return int(file.read().split()[0]) / 1e6

    def speak(self, ids):
        """Milliseconds of processor time, and the number of samples."""
        before = self.processor_ms()
        self.process.stdin.write(" ".join(map(str, ids)) + "\n")
        self.process.stdin.flush()
        samples = int(self.process.stdout.readline())
        return self.processor_ms() - before, samples


def reference(work):
    before = time.process_time()
    result = work()
    return (time.process_time() - before) * 1e3, result


def main():
    tts = Hibari(threads=1)
    rng = np.random.default_rng(0)
    whole_path = Program(sys.argv[1])
    network = Program(sys.argv[1], "network")
    overall = []
    for sentence in SENTENCES:
        ids = tts.ids(" ".join(tts.phonemize(sentence)))
        inputs = {"ids": np.asarray([ids], np.int64), "speed": np.asarray([1], np.float32)}
        turns = []
        for _ in range(TURNS):
            theirs, samples = reference(lambda: tts.from_ids(ids, 1.0, rng))
            ours, count = whole_path.speak(ids)
            assert count == len(samples), "both make the same number of samples"
            theirs_network, _ = reference(lambda: tts.sess.run(None, inputs))
            ours_network, _ = network.speak(ids)
            turns.append((theirs, ours, theirs_network, ours_network))
        theirs, ours, theirs_network, ours_network = (statistics.median(column) for column in zip(*turns))
        ratio = statistics.median(t[0] / t[1] for t in turns)
        network_ratio = statistics.median(t[2] / t[3] for t in turns)
        overall += [t[0] / t[1] for t in turns]
        print(f"{len(samples) / 24000:5.2f} s of sound: reference {theirs:6.2f}, ours {ours:6.2f}, ratio {ratio:.2f}; "
              f"network alone {theirs_network:6.2f}, {ours_network:6.2f}, ratio {network_ratio:.2f}")
    print(f"median ratio over all: {statistics.median(overall):.2f}")


if __name__ == "__main__":
    main()
