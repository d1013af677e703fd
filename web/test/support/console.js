// What a browser itself has to complain about, beyond what a page can see: its own console, read
// through its driver.

/**
 * @typedef {object} BrowserConsole
 * @property {() => Promise<string[]>} read  the errors and warnings since the last time
 * @property {string} [unread]  why there is nothing to read
 */

/**
 * Chromium keeps a log for the driver to fetch.
 *
 * @param {import('./webdriver.js').WebDriver} driver
 * @returns {BrowserConsole}
 */
export function chromiumConsole(driver) {
  return {
    async read() {
      const entries = /** @type {{ level: string, message: string }[]} */ (await driver.vendor('/se/log', { type: 'browser' }));
      return entries.filter(({ level }) => level === 'SEVERE' || level === 'WARNING').map(({ message }) => message);
    },
  };
}

/** Firefox tells each entry as it is written. */
export class FirefoxConsole {
  #driver;
  /** @type {{ level: string, text: string }[]} */
  #entries = [];
  #reads = 0;
  /** Called with each text that is written. @type {(text: string) => void} */
  #written = () => {};

  /** @param {import('./webdriver.js').WebDriver} driver */
  constructor(driver) {
    this.#driver = driver;
  }

  /** @param {{ level: string, text: string }} entry  of `log.entryAdded` */
  add(entry) {
    this.#entries.push(entry);
    this.#written(entry.text);
  }

  async read() {
    // Entries come by a way of their own: all of them are here when one that was written last is.
    this.#reads += 1;
    const mark = `the console is read for the ${this.#reads}. time`;
    const last = new Promise((resolve) => (this.#written = (text) => text === mark && resolve(null)));
    await this.#driver.run((mark) => console.debug(mark), mark);
    await last;
    return this.#entries
      .splice(0)
      .filter(({ level }) => level === 'error' || level === 'warn')
      .map(({ text }) => text);
  }
}

/** @type {BrowserConsole} */
export const WEBKIT_CONSOLE = {
  read: async () => [],
  unread: 'WebKitGTK writes no console in a session that is automated, which it takes for a private one',
};
