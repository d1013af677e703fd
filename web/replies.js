// Replies as they come: which of them are complete, so that they can be read on their own (continuous
// mode) or made ahead (prefetch).

/** @typedef {import('./gateway.js').Gateway} Gateway */
/** @typedef {import('./gateway.js').SpeechRequest} SpeechRequest */

/** How long a reply must stay as it is to count as complete, where the page does not say. */
const QUIET_MS = 1200;
/** How long an idle moment is waited for. */
const IDLE_PATIENCE_MS = 3000;

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

/**
 * Sound made ahead: the newest reply, when the page has nothing else to do, once, and never at the
 * listener's cost. The gateway decides what is within the quota; a refusal ends it quietly.
 */
export class Ahead {
  /** @type {Set<string>} */
  #done = new Set();
  #refused = false;
  #present = new AbortController();

  /**
   * @param {SpeechRequest} request
   * @param {() => Gateway} gateway
   */
  make(request, gateway) {
    this.cancel();
    const name = JSON.stringify([request.text, request.voice, request.provider]);
    if (this.#refused || this.#done.has(name) || isSaving()) return;
    const { signal } = this.#present;
    whenIdle(async () => {
      if (signal.aborted) return;
      this.#done.add(name);
      try {
        await gateway().ask({ ...request, prefetch: true }, signal);
      } catch {
        // Whatever the reason, asking again by itself would not be welcome.
        this.#refused ||= !signal.aborted;
      }
    });
  }

  /** What is not begun yet is not begun any more. */
  cancel() {
    this.#present.abort();
    this.#present = new AbortController();
  }

  /** A listener was served: the gateway is willing again. */
  allow() {
    this.#refused = false;
  }
}

/** Whether the listener's browser asks pages to be sparing. */
function isSaving() {
  const { connection } = /** @type {{ connection?: { saveData?: boolean, effectiveType?: string } }} */ (navigator);
  return connection?.saveData === true || /2g/.test(connection?.effectiveType ?? '');
}

/** @param {() => void} task */
function whenIdle(task) {
  if ('requestIdleCallback' in globalThis) requestIdleCallback(task, { timeout: IDLE_PATIENCE_MS });
  else setTimeout(task, IDLE_PATIENCE_MS / 10);
}
