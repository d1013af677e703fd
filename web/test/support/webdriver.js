// As much of W3C WebDriver as the suite needs: one class over fetch, the same for every engine.

const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';

/** Longest wait for one command; a page's own waits end before it. */
const COMMAND_PATIENCE_MS = 60_000;
/** Longest wait for a page that has nothing else to do. */
const ANSWER_PATIENCE_MS = 10_000;

/** Keys by the names that a keyboard event gives them. */
const KEYS = Object.freeze(
  /** @type {Record<string, string>} */ ({
    Tab: '\uE004',
    Enter: '\uE006',
    Shift: '\uE008',
    Control: '\uE009',
    Escape: '\uE00C',
    Space: ' ',
    ArrowLeft: '\uE012',
    ArrowUp: '\uE013',
    ArrowRight: '\uE014',
    ArrowDown: '\uE015',
  }),
);

/** An element of the page, as WebDriver names it. @typedef {Record<string, string>} ElementRef */

export class WebDriver {
  /** Address of the session. */
  #session = '';
  /** What the browser says it is. @type {Record<string, any>} */
  capabilities = {};

  /**
   * Begins a session, to which commands go from now on: the first one, or one in the place of a session whose browser
   * has ended.
   *
   * @param {string} driver  address of the driver
   * @param {object} capabilities
   */
  async begin(driver, capabilities) {
    const answer = await command('POST', `${driver}/session`, { capabilities: { alwaysMatch: capabilities } });
    this.#session = `${driver}/session/${answer.sessionId}`;
    this.capabilities = answer.capabilities;
    await this.#do('POST', '/timeouts', { script: COMMAND_PATIENCE_MS, pageLoad: COMMAND_PATIENCE_MS });
  }

  /** Whether there is a page that does what it is told. */
  async answers() {
    const answer = this.run(() => true).catch(() => false);
    const patience = new Promise((resolve) => setTimeout(resolve, ANSWER_PATIENCE_MS, false).unref());
    return (await Promise.race([answer, patience])) === true;
  }

  /** @param {string} url */
  async goto(url) {
    await this.#do('POST', '/url', { url });
  }

  /** Goes to the page before this one, as by the browser's own button. */
  async back() {
    await this.#do('POST', '/back', {});
  }

  /**
   * Runs a function of the page's own and gives its answer; a promise is waited for. What is passed
   * and what comes back is JSON or an element.
   *
   * @template {unknown[]} Args
   * @template Answer
   * @param {(...args: Args) => Answer | Promise<Answer>} task
   * @param {Args} args
   * @returns {Promise<Answer>}
   */
  run(task, ...args) {
    return this.#evaluate(`(${task}).apply(null, given)`, args);
  }

  /**
   * Asks in the page, again and again, until the answer is true, and gives that: what is over soon is not missed,
   * however long a command takes.
   *
   * @template {unknown[]} Args
   * @template Answer
   * @param {(...args: Args) => Answer | Promise<Answer>} ask
   * @param {string} what  is waited for
   * @param {Args} args
   * @returns {Promise<Exclude<Answer, false | null | undefined>>}
   */
  until(ask, what, ...args) {
    return this.#evaluate(`window.probe.until(() => (${ask}).apply(null, given), ${JSON.stringify(what)})`, args);
  }

  /** @param {string} expression  of `given`, the arguments @param {unknown[]} args @returns {Promise<any>} */
  async #evaluate(expression, args) {
    // A promise that fails is told by value, since drivers disagree on how they report it.
    const script = `const done = arguments[arguments.length - 1], given = [].slice.call(arguments, 0, -1);
      Promise.resolve().then(() => ${expression})
        .then((value) => done({ value }), (error) => done({ error: String(error && error.stack || error) + ' ' + error }));`;
    const { value, error } = await this.#do('POST', '/execute/async', { script, args });
    if (error !== undefined) throw new Error(`in the page: ${error}`);
    return value;
  }

  /**
   * Runs source text as it is, past the page's Content Security Policy.
   *
   * @param {string} script
   */
  async inject(script) {
    await this.#do('POST', '/execute/sync', { script, args: [] });
  }

  /** A real click, which counts as the listener's. @param {ElementRef} element */
  async click(element) {
    await this.#do('POST', `/element/${element[ELEMENT]}/click`, {});
  }

  /** Presses an element, does something while it is held down, and releases it. @param {ElementRef} element @param {() => Promise<void>} meanwhile */
  async hold(element, meanwhile) {
    const mouse = (/** @type {object[]} */ ...actions) => this.#do('POST', '/actions', { actions: [{ type: 'pointer', id: 'mouse', actions }] });
    await mouse({ type: 'pointerMove', duration: 0, origin: element, x: 0, y: 0 }, { type: 'pointerDown', button: 0 });
    await meanwhile();
    await mouse({ type: 'pointerUp', button: 0 });
  }

  /** Presses keys one after the other, wherever the focus is. @param {...string} names */
  async press(...names) {
    const actions = names.flatMap((name) => {
      const keys = name.split('+').map((key) => KEYS[key] ?? key);
      return [
        ...keys.map((value) => ({ type: 'keyDown', value })),
        ...keys.reverse().map((value) => ({ type: 'keyUp', value })),
      ];
    });
    await this.#do('POST', '/actions', { actions: [{ type: 'key', id: 'keyboard', actions }] });
  }

  /** @param {ElementRef} element @param {string} text */
  async type(element, text) {
    await this.#do('POST', `/element/${element[ELEMENT]}/value`, { text });
  }

  /** The name that assistive technology hears. @param {ElementRef} element @returns {Promise<string>} */
  async label(element) {
    return this.#do('GET', `/element/${element[ELEMENT]}/computedlabel`);
  }

  /** @param {ElementRef} element @returns {Promise<string>} */
  async role(element) {
    return this.#do('GET', `/element/${element[ELEMENT]}/computedrole`);
  }

  /**
   * @param {number} width  CSS pixels
   * @param {number} height
   * @param {{ x: number, y: number }} [place]  of the window on the screen
   */
  async resize(width, height, place = { x: 0, y: 0 }) {
    await this.#do('POST', '/window/rect', { ...place, width, height });
  }

  /** The tab that commands go to. @returns {Promise<string>} */
  async tab() {
    return this.#do('GET', '/window');
  }

  /** Opens a tab, in which commands go from now on. */
  async openTab() {
    const { handle } = await this.#do('POST', '/window/new', { type: 'tab' });
    await this.switchTo(handle);
  }

  /** @param {string} tab */
  async switchTo(tab) {
    await this.#do('POST', '/window', { handle: tab });
  }

  /** Closes the tab that commands go to; `switchTo` another one next. */
  async closeTab() {
    await this.#do('DELETE', '/window');
  }

  /** Commands go to the page in the first frame from now on, until another page is gone to. */
  async enterFrame() {
    const frame = await this.#do('POST', '/element', { using: 'css selector', value: 'iframe' });
    await this.#do('POST', '/frame', { id: frame });
  }

  /** Hides the window, where there is one. */
  async minimise() {
    await this.#do('POST', '/window/minimize', {});
  }

  /** @returns {Promise<Buffer>}  a PNG of what is in view */
  async screenshot() {
    return Buffer.from(await this.#do('GET', '/screenshot'), 'base64');
  }

  /** A command of one driver's own. @param {string} path @param {object} body */
  async vendor(path, body) {
    return this.#do('POST', path, body);
  }

  async quit() {
    await this.#do('DELETE', '');
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {object} [body]
   */
  #do(method, path, body) {
    return command(method, this.#session + path, body);
  }
}

/**
 * @param {string} method
 * @param {string} url
 * @param {object} [body]
 * @returns {Promise<any>}
 */
async function command(method, url, body) {
  const response = await fetch(url, {
    method,
    signal: AbortSignal.timeout(COMMAND_PATIENCE_MS + 5_000),
    ...(body && { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const { value } = /** @type {any} */ (await response.json());
  if (!response.ok) throw new Error(`WebDriver ${method} ${new URL(url).pathname}: ${value?.error}: ${value?.message}`);
  return value;
}
