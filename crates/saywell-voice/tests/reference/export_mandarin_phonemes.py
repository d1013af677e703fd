"""Writes what misaki says of each sentence of ../languages/zh.txt to mandarin.tsv: a sentence, a tab, its phonemes.

They are what Kokoro 1.0 was taught with: words by jieba, readings by pypinyin, no rules for tones. Run it with a Python that
has the packages named here, and with misaki's folder as the argument (its own dependencies are not needed):

    pip install jieba==0.42.1 pypinyin==0.55.0 cn2an==0.5.24 ordered-set==4.1.0
    python export_mandarin_phonemes.py FOLDER_OF_MISAKI_0.9.4
"""

import sys
import types
from pathlib import Path

HERE = Path(__file__).parent


def main():
    package = types.ModuleType("misaki")
    package.__path__ = [sys.argv[1]]
    sys.modules["misaki"] = package
    from misaki.zh import ZHG2P

    phonemize = ZHG2P()
    sentences = (HERE / "../languages/zh.txt").read_text("utf-8").splitlines()
    lines = [f"{sentence}\t{phonemize(sentence)[0]}\n" for sentence in sentences]
    (HERE / "mandarin.tsv").write_text("".join(lines), "utf-8")
    print(f"wrote {len(lines)} sentences")


if __name__ == "__main__":
    main()
