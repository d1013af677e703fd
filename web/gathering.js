// Sound that comes more slowly than it is heard is gathered before it starts: one wait in place of many.

/** Less than this never starts. Seconds, as all here. */
const ENOUGH = 0.25;
/** What is waited for after it has run out, doubled each time; and at most. */
const AFTER_A_STOP = 2;
const MOST = 8;

export class Gathering {
  /** When the first of it came, and how much that was. @type {{ at: number, sound: number } | null} */
  #begun = null;
  #least = ENOUGH;

  /**
   * Whether it is better not to start yet.
   *
   * @param {number} now  by any clock
   * @param {{ ahead: number, left: number }} sound  how much is there, and how much the listener has still to hear of all, at the present speed
   */
  waits(now, { ahead, left }) {
    this.#begun ??= { at: now, sound: ahead };
    const { at, sound } = this.#begun;
    const rate = now > at ? (ahead - sound) / (now - at) : 1;
    return ahead < Math.min(MOST, Math.max(this.#least, (1 - rate) * left));
  }

  /** It has run out. */
  starved() {
    this.#begun = null;
    this.#least = Math.min(MOST, Math.max(AFTER_A_STOP, 2 * this.#least));
  }
}
