"""Writes the phonemes that the reference package has for each sentence of sentences.txt to phonemes.tsv.

Run it with a Python that has the package of the voice (`pip install hibari-tts==0.2.1`):

    python export_phonemes.py

A line of phonemes.tsv is a sentence, a tab, its phonemes. Only phonemes with an id are kept, since the voice
hears no others. Sentences that the package fails on are named and left out.
"""

import json
from pathlib import Path

import hibari
from hibari.g2p import G2P

HERE = Path(__file__).parent


def main():
    vocabulary = json.loads((Path(hibari.__file__).parent / "assets" / "vocab.json").read_text("utf-8"))
    phonemize = G2P()
    sentences = (HERE / "sentences.txt").read_text("utf-8").splitlines()
    lines = []
    for sentence in sentences:
        try:
            phonemes = phonemize(sentence)
        except Exception as error:  # noqa: BLE001: whatever the package fails with, the rest is wanted
            print(f"left out {sentence!r}: {error!r}")
            continue
        lines.append(sentence + "\t" + "".join(p for p in phonemes if p in vocabulary) + "\n")
    (HERE / "phonemes.tsv").write_text("".join(lines), "utf-8")
    print(f"wrote {len(lines)} sentences")


if __name__ == "__main__":
    main()
