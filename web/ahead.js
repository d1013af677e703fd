// Sound made ahead: the newest reply, when the page has nothing else to do, once, and never at the
// listener's cost. The gateway decides what is within the quota; a refusal ends it quietly.

/** @typedef {import('./gateway.js').Gateway} Gateway */
/** @typedef {import('./gateway.js').SpeechRequest} SpeechRequest */

/** How long an idle moment is waited for. */
const IDLE_PATIENCE_MS = 3000;

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
