// Where messages were left for others: found again in this tab, also after the page was loaded anew.

const KEPT_AS = 'saywell-places';
/** How many messages' places outlast the page. */
const MOST = 50;
/** How much of a text's end tells it from another, in UTF-16 units. */
const END = 24;

/** @typedef {{ position: number, text: string }} Place */

export class Places {
  /** @type {Map<unknown, Place>} */
  #places = new Map();

  constructor() {
    try {
      this.#places = new Map(JSON.parse(sessionStorage.getItem(KEPT_AS) ?? '[]'));
    } catch {
      // Storage is off, or another's.
    }
  }

  /** @param {unknown} name @param {number} position  seconds @param {string} text */
  keep(name, position, text) {
    this.#places.delete(name);
    this.#places.set(name, { position, text: told(text) });
    this.#store();
  }

  /** Where a message was left, once, if it says the same; else its start. @param {unknown} name @param {string} text */
  take(name, text) {
    const place = this.#places.get(name);
    if (place && this.#places.delete(name)) this.#store();
    return place?.text === told(text) ? place.position : 0;
  }

  #store() {
    try {
      // Only names that the page gives are the same the next time.
      sessionStorage.setItem(KEPT_AS, JSON.stringify([...this.#places].filter(([name]) => typeof name === 'string').slice(-MOST)));
    } catch {
      // Storage is off: places last as long as the page.
    }
  }
}

/** A text's length and end, which no other text in its place is likely to share. @param {string} text */
function told(text) {
  return text.length + text.slice(-END);
}
