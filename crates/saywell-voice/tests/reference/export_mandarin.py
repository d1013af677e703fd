"""Writes the dictionary of Mandarin, src/g2p/mandarin/words.txt, from the word list of jieba (MIT), the readings of pypinyin
(MIT) and the lists of neutral tones and of r-coloured endings that misaki (Apache-2.0) has from PaddleSpeech (Apache-2.0).

Run it with a Python that has them, and with misaki's folder as the argument (its own dependencies are not needed):

    pip install jieba==0.42.1 pypinyin==0.55.0
    python export_mandarin.py FOLDER_OF_MISAKI_0.9.4

A line is a word, two digits, and its reading where that is not the readings of its characters: `长大57zhang3da4`. The digits
are seven times the logarithm of how often jieba counted the word. Lines are in the order of their bytes.
"""

import importlib.util
import math
import sys
import types
from pathlib import Path

import jieba
from pypinyin import Style, lazy_pinyin
from pypinyin.constants import PHRASES_DICT, PINYIN_DICT

TARGET = Path(__file__).parents[2] / "src/g2p/mandarin/words.txt"
# Words that were counted less often are as good as their characters.
RAREST = 5
# Readings of characters that stand alone, where pypinyin's first one is the rarer.
ALONE = dict(
    pair.split("=")
    for pair in "只=zhi3 得=de5 还=hai2 都=dou1 长=chang2 为=wei4 地=di4 谁=shei2 数=shu4 和=he2 嗯=en5 吗=ma5 吧=ba5 呢=ne5 "
    "啊=a5 啦=la5 呀=ya5 哦=o5 嘛=ma5 哎=ai1 喂=wei4 哇=wa5 种=zhong3 转=zhuan3 教=jiao1 应=ying1 当=dang1 干=gan4 背=bei4 "
    "看=kan4 几=ji3 更=geng4 空=kong1 好=hao3 着=zhe5 了=le5 个=ge4 过=guo4 没=mei2 那=na4 哪=na3 给=gei3 与=yu3 似=si4 "
    "朝=chao2 率=lv4 卡=ka3 喝=he1 量=liang4 重=zhong4 行=xing2 便=bian4 处=chu4 倒=dao4 调=diao4 号=hao4 划=hua4 "
    "觉=jue2 降=jiang4 将=jiang1 系=xi4 相=xiang1 兴=xing4 要=yao4 中=zhong1 脏=zang1 藏=cang2 传=chuan2 弹=tan2 假=jia3 "
    "差=cha4 场=chang3 乐=le4 露=lu4 落=luo4 难=nan2 强=qiang2 少=shao3 圈=quan1 散=san4 晕=yun1 扎=zha1 占=zhan4 "
    "涨=zhang3 正=zheng4 挣=zheng4 钻=zuan1 血=xie3 薄=bao2 剥=bo1 熟=shu2 削=xiao1 色=se4 吐=tu3 尽=jin4 供=gong1 "
    "恶=e4 分=fen1 缝=feng2 间=jian1 结=jie2 禁=jin4 累=lei4 担=dan1 斗=dou4 冲=chong1 创=chuang4 据=ju4 横=heng2 把=ba3 "
    "任=ren4 丧=sang4 扇=shan4 舍=she3 盛=sheng4 石=shi2 说=shuo1 宿=su4 挑=tiao1 帖=tie3 旋=xuan2 咽=yan4 载=zai4 炸=zha4 "
    "折=zhe2 症=zheng4 作=zuo4 熊=xiong2 一=yi1 不=bu4".split()
)
# Of these, in words that pypinyin has no reading for as well.
ALIKE = "长得都谁觉色少"
FIGURES = "零〇一二三四五六七八九"


def misaki(folder, name):
    """A module of misaki without the rest."""
    spec = importlib.util.spec_from_file_location(f"misaki.{name}", Path(folder) / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def reading(word):
    return lazy_pinyin(word, style=Style.TONE3, neutral_tone_with_five=True)


def main():
    folder = sys.argv[1]
    for name, entries in (("misaki", []), ("misaki.token", ["MToken"])):
        stand_in = types.ModuleType(name)
        stand_in.__path__ = [folder]
        for entry in entries:
            setattr(stand_in, entry, object)
        sys.modules.setdefault(name, stand_in)
    sandhi = misaki(folder, "tone_sandhi").ToneSandhi()
    text = (Path(folder) / "zh_frontend.py").read_text("utf-8")
    found = text.index("self.not_erhua = {")
    whole_er = set(text[found : text.index("}", found)].replace('"', " ").replace(",", " ").split())
    alone = {c: ALONE.get(c, reading(c)[0]) for c in map(chr, PINYIN_DICT) if "\u4e00" <= c <= "\u9fff" or c == "〇"}
    lines = {}
    counted = {}
    for line in Path(jieba.__file__).with_name("dict.txt").read_text("utf-8").splitlines():
        word, count, kind = line.split(" ")
        counted[word] = (int(count), kind)
    for character, syllable in alone.items():
        count = counted.get(character, (1, ""))[0]
        lines[character] = f"{round(7 * math.log(count)):02}{syllable}"
    for word, (count, kind) in counted.items():
        if len(word) < 2 or any(c not in alone for c in word):
            continue
        said = reading(word)
        if len(said) != len(word):
            continue
        if word not in PHRASES_DICT:
            said = [alone[c] if c in ALIKE else part for c, part in zip(word, said)]
        said = sandhi._bu_sandhi(word, said)
        if word not in PHRASES_DICT:
            said = sandhi._yi_sandhi(word, said)
        written = said[-1]
        said = sandhi._neural_sandhi(word, kind, said)
        if word[-1] in "地得":
            said[-1] = written
        # In a row of figures it keeps its tone.
        said = ["yi1" if pair[0] == "一" and pair[1] in FIGURES else part for pair, part in zip(zip(word, word[1:] + " "), said)]
        if word.endswith("儿") and len(word) > 1 and not any(word.endswith(whole) for whole in whole_er):
            said[-1] = "er5"
        if count < RAREST and reading(word) == [reading(c)[0] for c in word]:
            continue
        own = said == [alone[c] for c in word]
        lines[word] = f"{round(7 * math.log(max(count, 1))):02}" + ("" if own else "".join(said))
    ordered = sorted(lines, key=lambda word: word.encode())
    TARGET.write_text("".join(f"{word}{lines[word]}\n" for word in ordered), "utf-8")
    print(f"wrote {len(ordered)} words, {TARGET.stat().st_size} bytes, counted {sum(c for c, _ in counted.values())} in all")


if __name__ == "__main__":
    main()
