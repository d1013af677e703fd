// Keys for those who listen a lot, and the small help that lists them. They never fire while someone
// types, and the listener can turn them off.

import { make } from './parts.js';
import { remember, remembered } from './preferences.js';

/** @typedef {import('./strings.js').Strings} Strings */
/** @typedef {keyof Strings['shortcuts'] | 'back' | 'forward' | 'stop'} Shortcut */

/** Letters next to each other, as video players have them. @type {Record<string, Shortcut>} */
const KEYS = { k: 'toggle', j: 'back', l: 'forward', s: 'slower', f: 'faster', c: 'captions', x: 'stop', '?': 'help' };
/** The speeds that keys go through, slowest first: fine steps about the voice's own, then coarser ones. */
export const SPEED_STEPS = Object.freeze([0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3]);
const WRITTEN_IN = 'input:not([type=range], [type=checkbox], [type=radio], [type=button]), textarea, [role=textbox], [role=searchbox], [role=combobox]';

/**
 * Whether what happens is somebody writing.
 *
 * @param {Event} event
 */
export function isWriting(event) {
  const [target] = event.composedPath();
  return target instanceof HTMLElement && (target.isContentEditable || target.matches(WRITTEN_IN));
}

/**
 * Does what a key press means, if anything.
 *
 * @param {KeyboardEvent} event
 * @param {import('./saywell-player.js').SaywellPlayer} player
 */
export function press(event, player) {
  const shortcut = shortcutOf(event);
  const { status, speed } = player.state;
  if (!shortcut || (status === 'idle' && !['toggle', 'help'].includes(shortcut))) return;
  event.preventDefault();
  const deeds = {
    toggle: () => event.repeat || player.toggle(),
    back: () => player.skip(-1),
    forward: () => player.skip(1),
    slower: () => player.setSpeed(SPEED_STEPS.findLast((step) => step < speed) ?? speed),
    faster: () => player.setSpeed(SPEED_STEPS.find((step) => step > speed) ?? speed),
    captions: () => player.choose('bar'),
    stop: () => player.stop(),
    help: () => player.showHelp(),
  };
  deeds[shortcut]();
}

/** @param {KeyboardEvent} event @returns {Shortcut | null} */
function shortcutOf(event) {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return null;
  const [target] = event.composedPath();
  // A list of choices jumps to the letter that is pressed.
  if (isWriting(event) || target instanceof HTMLSelectElement || document.querySelector('dialog[open]')) return null;
  return KEYS[event.key.toLowerCase()] ?? null;
}

export class ShortcutHelp {
  #title = make('h2', { id: 'help' });
  #list = make('dl', {});
  #switch = make('input', { type: 'checkbox' });
  #label = make('label', {});
  #close = make('button', {});
  #dialog = make('dialog', { part: 'help' }, this.#title, this.#list, make('footer', {}, this.#label, this.#close));

  /** @param {ShadowRoot} root */
  constructor(root) {
    this.#dialog.setAttribute('aria-labelledby', 'help');
    this.#switch.addEventListener('change', () => remember('shortcuts', this.#switch.checked));
    this.#close.addEventListener('click', () => this.#dialog.close());
    root.append(this.#dialog);
  }

  /** Whether the keys work: as the listener has chosen, else as the page asks. @param {boolean} asked */
  isOn(asked) {
    return (remembered('shortcuts') ?? String(asked)) === 'true';
  }

  get open() {
    return this.#dialog.open;
  }

  /**
   * @param {Strings} strings
   * @param {boolean} asked  whether the page wants keys to work
   */
  show(strings, asked) {
    this.#title.textContent = strings.help;
    this.#close.textContent = strings.close;
    this.#switch.checked = this.isOn(asked);
    this.#label.replaceChildren(this.#switch, ` ${strings.keys}`);
    const { shortcuts, gestures, inPlayer } = strings;
    const { '← →': arrows, ...clicks } = gestures;
    const said = /** @type {Record<string, any>} */ ({ ...strings, ...shortcuts });
    /** @type {[string, string][]} */
    const rows = [
      ...Object.entries(KEYS).map(([key, shortcut]) => /** @type {[string, string]} */ ([key.toUpperCase(), said[shortcut]])),
      ...Object.entries(clicks),
      ...Object.entries({ Space: shortcuts.toggle, '← →': String(arrows), M: strings.mute, Esc: strings.stop }).map(([key, what]) => /** @type {[string, string]} */ ([key, inPlayer(what)])),
    ];
    this.#list.replaceChildren(...rows.flatMap(([key, what]) => [make('dt', {}, make('kbd', { textContent: key })), make('dd', { textContent: what })]));
    if (!this.#dialog.open) this.#dialog.showModal();
  }
}
