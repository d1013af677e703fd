// Replies as they come: which of them are complete, so that they can be read on their own
// (continuous mode) or made ahead (prefetch). It looks at the page and decides nothing else.

/** How long a reply must stay as it is to count as complete, where the page does not say. */
const QUIET_MS = 1200;

/**
 * A reply is complete when it is not `aria-busy`, inside nothing that is, and has not changed for a
 * while.
 */
export class Newcomers {
  /** Those that are not complete yet. @type {Map<Element, { timer: unknown, isTalk: boolean }>} */
  #waiting = new Map();
  /** @type {WeakSet<Element>} */
  #seen = new WeakSet();
  /** @type {Set<unknown>} */
  #names = new Set();
  #settled;
  #after;
  #cancel;

  /**
   * @param {(message: Element, isTalk: boolean) => void} settled  called once for each new reply, when it is complete
   * @param {(task: () => void, ms: number) => unknown} [after]
   * @param {(timer: any) => void} [cancel]
   */
  constructor(settled, after = (task, ms) => setTimeout(task, ms), cancel = (timer) => clearTimeout(timer)) {
    this.#settled = settled;
    this.#after = after;
    this.#cancel = cancel;
  }

  /**
   * A message that is on the page. The first time it is new, unless it is a known one, rendered anew.
   *
   * @param {Element} message
   * @param {unknown} name
   * @param {boolean} isTalk  whether it came in the course of the conversation, not when a page of it was loaded
   */
  meet(message, name, isTalk) {
    if (this.#seen.has(message)) return;
    this.#seen.add(message);
    if (typeof name === 'string') {
      const [before] = [...this.#waiting].filter(([other]) => other.getAttribute('data-message-id') === name);
      if (before) {
        this.forget(before[0]);
        this.#wait(message, before[1].isTalk);
        return;
      }
      if (this.#names.has(name)) return;
      this.#names.add(name);
    }
    this.#wait(message, isTalk);
  }

  /** Something on the page has changed. @param {Node} node */
  changed(node) {
    for (const [message, { isTalk }] of this.#waiting) {
      if (message.contains(node) || (node instanceof Element && node.getAttribute('aria-busy') && node.contains(message))) this.#wait(message, isTalk);
    }
  }

  /** @param {Element} message */
  forget(message) {
    this.#cancel(this.#waiting.get(message)?.timer);
    this.#waiting.delete(message);
  }

  clear() {
    for (const message of [...this.#waiting.keys()]) this.forget(message);
  }

  /**
   * @param {Element} message
   * @param {boolean} isTalk
   */
  #wait(message, isTalk) {
    this.#cancel(this.#waiting.get(message)?.timer);
    const look = () => {
      if (message.closest('[aria-busy="true"]')) {
        this.#wait(message, isTalk);
        return;
      }
      this.#waiting.delete(message);
      if (message.isConnected) this.#settled(message, isTalk);
    };
    this.#waiting.set(message, { timer: this.#after(look, QUIET_MS), isTalk });
  }
}
