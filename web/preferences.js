// What a listener has chosen, kept for the next visit. It wins over what the page asks for.

const KEPT_AS = 'saywell-';

/**
 * @param {string} name
 * @returns {string | null}
 */
export function remembered(name) {
  try {
    return localStorage.getItem(KEPT_AS + name);
  } catch {
    return null; // Storage is off; the listener chooses again.
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
