// Time, so that tests can make it pass.

/**
 * @typedef {object} Clock
 * @property {() => number} now  milliseconds
 * @property {(task: () => void, ms: number) => unknown} after  starts a timer
 * @property {(timer: any) => void} cancel  ends a timer
 */

/** The page's own. @type {Clock} */
export const CLOCK = {
  now: () => performance.now(),
  after: (task, ms) => setTimeout(task, ms),
  cancel: (timer) => clearTimeout(timer),
};

/** How long an idle moment is waited for. */
const IDLE_PATIENCE_MS = 3000;

/** Goes off once, unless it is set anew or switched off before. */
export class Alarm {
  #clock;
  /** @type {unknown} */
  #timer = null;

  /** @param {Clock} clock */
  constructor(clock) {
    this.#clock = clock;
  }

  /**
   * @param {number} ms
   * @param {() => void} task
   */
  set(ms, task) {
    this.off();
    this.#timer = this.#clock.after(task, ms);
  }

  off() {
    this.#clock.cancel(this.#timer);
  }
}

/**
 * What a promise gives; null if it fails, or takes longer than some time.
 *
 * @template T
 * @param {Promise<T>} promise
 * @param {number} ms
 * @param {Clock} [clock]
 * @returns {Promise<T | null>}
 */
export function within(promise, ms, clock = CLOCK) {
  return new Promise((resolve) => {
    const timer = clock.after(() => resolve(null), ms);
    promise
      .catch(() => null)
      .then((value) => {
        clock.cancel(timer);
        resolve(value);
      });
  });
}

/** Does something in an idle moment. @param {() => void} task */
export function whenIdle(task) {
  if ('requestIdleCallback' in globalThis) requestIdleCallback(task, { timeout: IDLE_PATIENCE_MS });
  else setTimeout(task, IDLE_PATIENCE_MS / 10);
}
