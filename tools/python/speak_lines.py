"""The voice's Python reference on one thread: a line of text in, a line of "seconds samples" out.

Times the whole path, from text to samples, and nothing else.
"""

import sys
import time

from hibari import Hibari

voice = Hibari(threads=1)
for line in sys.stdin:
    text = line.rstrip("\n")
    begun = time.perf_counter()
    samples = voice(text)
    print(time.perf_counter() - begun, len(samples), flush=True)
