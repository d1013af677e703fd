// Replies as they come: which of them are complete, so that they can be read on their own
// (continuous mode) or made ahead (prefetch). It looks at the page and decides nothing else.

/** How long a reply must stay as it is to count as complete, where the page does not say. */
const QUIET_MS = 1200;

/**
 * A reply is complete when it is not `aria-busy`, inside nothing that is, and has not changed for a
 * while.
 */
export class Newcomers {
  /** @type {Map<Element, unknown>} */
  #waiting = new Map();
  /** @type {WeakSet<Element>} */
  #seen = new WeakSet();
  /** @type {Set<unknown>} */
  #names = new Set();
  #settled;
  #after;
  #cancel;

  /**
   * @param {(message: Element) => void} settled  called once for each new reply, when it is complete
   * @param {(task: () => void, ms: number) => unknown} [after]
   * @param {(timer: any) => void} [cancel]
   */
  constructor(settled, after = (task, ms) => setTimeout(task, ms), cancel = (timer) => clearTimeout(timer)) {
    this.#settled = settled;
    this.#after = after;
    this.#cancel = cancel;
  }

  /**
   * A message that is on the page. The first time it is new, unless it was there from the start or
   * is a known one, rendered anew.
   *
   * @param {Element} message
   * @param {unknown} name
   * @param {boolean} old  whether it counts as known
   */
  meet(message, name, old) {
    if (this.#seen.has(message)) return;
    this.#seen.add(message);
    const known = typeof name === 'string' && this.#names.has(name);
    const waited = [...this.#waiting.keys()].find((other) => other.getAttribute('data-message-id') === name);
    if (waited) this.forget(waited);
    if (typeof name === 'string') this.#names.add(name);
    if (!old && (!known || waited)) this.#wait(message);
  }

  /** Something on the page has changed. @param {Node} node */
  changed(node) {
    for (const message of this.#waiting.keys()) {
      if (message.contains(node) || node.contains(message)) this.#wait(message);
    }
  }

  /** @param {Element} message */
  forget(message) {
    this.#cancel(this.#waiting.get(message));
    this.#waiting.delete(message);
  }

  clear() {
    for (const message of [...this.#waiting.keys()]) this.forget(message);
  }

  /** @param {Element} message */
  #wait(message) {
    this.#cancel(this.#waiting.get(message));
    const look = () => {
      if (message.closest('[aria-busy="true"]')) {
        this.#wait(message);
        return;
      }
      this.#waiting.delete(message);
      if (message.isConnected) this.#settled(message);
    };
    this.#waiting.set(message, this.#after(look, QUIET_MS));
  }
}
