// What a listener has chosen, kept for the next visit. It wins over what the page asks for.

const KEPT_AS = 'saywell-';

/**
 * What a listener turns on and off.
 *
 * @typedef {{ words: boolean, bar: boolean, taps: boolean, continuous: boolean, cut: boolean }} Choices
 */

/**
 * What is on: as the listener has chosen, else as the page asks.
 *
 * @param {Element} player  with the page's wishes as its attributes
 * @returns {Readonly<Choices>}
 */
export function choicesOf(player) {
  /** @param {string} name @param {boolean} asked */
  const chosen = (name, asked) => (remembered(name) ?? String(asked)) === 'true';
  return {
    words: chosen('words', isOn(player, 'captions')),
    bar: chosen('bar', player.getAttribute('captions') === 'bar'),
    taps: chosen('taps', !player.hasAttribute('taps') || isOn(player, 'taps')),
    continuous: chosen(keptAs(player, 'continuous'), isOn(player, 'continuous')),
    cut: chosen('cut', player.getAttribute('continuous') === 'cut'),
  };
}

/**
 * What a choice is kept as. Whether new replies are read is chosen for each conversation that the page names.
 *
 * @param {Element} player
 * @param {string} choice
 */
export function keptAs(player, choice) {
  const conversation = player.getAttribute('conversation');
  return choice === 'continuous' && conversation ? `${choice}-${conversation}` : choice;
}

/**
 * Whether an attribute that needs no value is there and not switched off.
 *
 * @param {Element} element
 * @param {string} name
 */
export function isOn(element, name) {
  return ![null, 'off', 'false'].includes(element.getAttribute(name));
}

/**
 * @param {string} name
 * @returns {string | null}
 */
export function remembered(name) {
  try {
    return localStorage.getItem(KEPT_AS + name);
  } catch {
    // Storage is off; the listener chooses again.
    return null;
  }
}

/**
 * @param {string} name
 * @param {string | number | boolean} value
 */
export function remember(name, value) {
  try {
    localStorage.setItem(KEPT_AS + name, String(value));
  } catch {
    // Storage is off; the choice lasts as long as the page.
  }
}

/** @param {string} name */
export function forget(name) {
  try {
    localStorage.removeItem(KEPT_AS + name);
  } catch {
    // Storage is off; nothing is kept.
  }
}

/** Whether the listener's browser asks pages to be sparing. */
export function isSaving() {
  const { connection } = /** @type {{ connection?: { saveData?: boolean, effectiveType?: string } }} */ (navigator);
  return connection?.saveData === true || /2g/.test(connection?.effectiveType ?? '');
}
