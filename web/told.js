// What a speaker tells beside its button: notes, and what went wrong.

import { make, setText } from './parts.js';
import { toldStyle } from './player-styles.js';
import { HOPELESS } from './saywell-speaker.js';
import { explain } from './words.js';

/** @typedef {import('./player-store.js').Failure} Failure */
/** @typedef {import('./player-store.js').PlayerState} PlayerState */
/** @typedef {import('./strings.js').Strings} Strings */

export class Told {
  #note = make('p', { className: 'note', part: 'note', hidden: true });
  #problem = make('p', { className: 'problem', part: 'problem', hidden: true });
  #hold;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #countDown;
  /** @type {Failure | null} */
  #failure = null;

  /**
   * @param {Element} bar  what it stands beside
   * @param {(held: boolean) => void} hold  whether a press would be in vain
   */
  constructor(bar, hold) {
    this.#hold = hold;
    this.#note.setAttribute('role', 'status');
    this.#problem.setAttribute('role', 'alert');
    bar.after(this.#note, this.#problem);
    const root = bar.getRootNode();
    if (root instanceof ShadowRoot) root.adoptedStyleSheets = [...root.adoptedStyleSheets, toldStyle];
  }

  /**
   * @param {Readonly<PlayerState> | null} state
   * @param {boolean} active
   * @param {Strings} strings
   */
  note(state, active, strings) {
    const { status, by, instead } = state ?? {};
    const note = by === 'browser' && active ? strings.browserVoice : status === 'blocked' ? strings.tapToHear : status === 'waiting' ? strings.waiting : '';
    const reason = instead ? explain(instead, strings, null) : '';
    setText(this.#note, active && reason ? `${reason} ${note}` : note);
    if (this.#note.hidden === active) this.#note.hidden = !active;
    // The button says it to the eye.
    this.#note.classList.toggle('unseen', status === 'blocked');
  }

  /**
   * Says what went wrong. A wait is counted down, which only the eye gets second by second.
   *
   * @param {Failure | null} failure
   * @param {Strings} strings
   */
  tell(failure, strings) {
    if (failure === this.#failure) return;
    this.#failure = failure;
    clearInterval(this.#countDown);
    const problem = this.#problem;
    problem.hidden = failure === null;
    problem.removeAttribute('aria-live');
    setText(problem, failure ? explain(failure, strings) : '');
    this.#hold(failure !== null && (HOPELESS.includes(failure.code) || failure.retryAfterSeconds !== null));
    if (!failure?.retryAfterSeconds) return;
    const due = performance.now() + failure.retryAfterSeconds * 1000;
    this.#countDown = setInterval(() => {
      const left = Math.max(0, (due - performance.now()) / 1000);
      if (left > 0) problem.setAttribute('aria-live', 'off');
      else {
        problem.removeAttribute('aria-live');
        clearInterval(this.#countDown);
        this.#hold(false);
      }
      setText(problem, explain(failure, strings, left));
    }, 1000);
  }

  /** The speaker has left the page. */
  leave() {
    clearInterval(this.#countDown);
    this.#failure = null;
  }
}
