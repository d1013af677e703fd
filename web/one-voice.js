// One voice at a time: of the players on a page, and of the pages of one origin, the one that was
// started last speaks, and has the keys.

/** What players tell each other by, on the page and between pages. */
const NAME = 'saywell-speaks';

export class Voices {
  #me = { id: Math.random() };
  #yield;
  #channel = typeof BroadcastChannel === 'function' ? new BroadcastChannel(NAME) : null;
  #leave = new AbortController();
  /** Whether the keys are this one's: nobody else has spoken since. */
  hasTheKeys = true;

  /** @param {() => void} yields  called when another one speaks */
  constructor(yields) {
    this.#yield = yields;
    const { signal } = this.#leave;
    document.addEventListener(NAME, (event) => /** @type {CustomEvent} */ (event).detail !== this.#me && this.#give(), { signal });
    this.#channel?.addEventListener('message', () => this.#yield(), { signal });
  }

  /** This one speaks now. */
  speakUp() {
    this.hasTheKeys = true;
    document.dispatchEvent(new CustomEvent(NAME, { detail: this.#me }));
    this.#channel?.postMessage(null);
  }

  leave() {
    this.#leave.abort();
    this.#channel?.close();
  }

  #give() {
    this.hasTheKeys = false;
    this.#yield();
  }
}
