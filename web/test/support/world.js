// One engine, one gateway and the front between them, and what a listener does in it.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

import { startEngine } from './engines.js';
import { Front } from './front.js';
import { startGateway } from './gateway.js';
import { looksOf } from './looks.js';

/** @typedef {import('../../player-store.js').PlayerState} PlayerState */
/** @typedef {import('./engines.js').EngineName} EngineName */
/** What `pages/probe.js` puts on the page. @typedef {any} Probe */

const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const PATIENCE_MS = 20_000;
const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/**
 * @param {EngineName} name
 * @param {Record<string, string>} [settings]  of the gateway
 * @param {Parameters<typeof startEngine>[1]} [wishes]
 */
export async function startWorld(name, settings, wishes) {
  const gateway = await startGateway(settings);
  const front = new Front(gateway.url);
  const url = await front.listen();
  const engine = await startEngine(name, wishes).catch(async (error) => {
    await front.stop();
    await gateway.stop();
    throw error;
  });
  return new World(engine, front, url, gateway);
}

export class World {
  /**
   * @param {import('./engines.js').Engine} engine
   * @param {Front} front
   * @param {string} url
   * @param {import('./gateway.js').Gateway} gateway
   */
  constructor(engine, front, url, gateway) {
    this.engine = engine;
    this.driver = engine.driver;
    this.ear = engine.ear;
    this.front = front;
    this.looks = looksOf(engine, front);
    this.url = url;
    this.gateway = gateway;
  }

  async stop() {
    await this.engine.stop();
    await this.front.stop();
    await this.gateway.stop();
  }

  /**
   * One listener's visit to a page, in a browser that knows nothing of the last one. Whatever the
   * browser complains about meanwhile fails it, except what `expected` matches. A browser that ends
   * in the middle says nothing about the page: the visit is made once more, in a new one, and a page
   * that ends that one too has failed.
   *
   * @param {string} path
   * @param {() => Promise<void>} visit
   * @param {{ expected?: RegExp, before?: () => void }} [options]  `before`: sets the front's rules
   */
  async visiting(path, visit, options = {}) {
    try {
      await this.#visit(path, visit, options);
    } catch (error) {
      const lastWords = this.gateway.lastWords();
      if (lastWords !== null) throw new Error(`the gateway ended; it said:\n${lastWords}`, { cause: error });
      if (await this.driver.answers()) throw error;
      this.note(`the browser ended, and a new one makes the visit once more: ${error}`);
      await this.engine.renew();
      await this.#visit(path, visit, options);
    }
  }

  /**
   * @param {string} path
   * @param {() => Promise<void>} visit
   * @param {{ expected?: RegExp, before?: () => void }} options
   */
  async #visit(path, visit, { expected, before }) {
    // A gesture on the last page would otherwise count for this one.
    await this.driver.goto('about:blank');
    await this.driver.goto(`${this.url}test/blank.html`);
    await this.driver.run(() => (localStorage.clear(), sessionStorage.clear()));
    await this.driver.goto('about:blank');
    // Only now: the last page may have asked for something until it was left.
    this.front.reset();
    before?.();
    await this.driver.goto(new URL(path, this.url).href);
    // Not every driver waits for the page's modules.
    await this.until(() => this.driver.run(() => document.readyState === 'complete' && 'probe' in window), 'the page');
    await visit();
    const seen = await this.driver.run(() => /** @type {string[]} */ (/** @type {Probe} */ (window).probe.complaints));
    const complaints = [...seen, ...(await this.engine.console.read()), ...this.front.refusals];
    assert.deepEqual(complaints.filter((text) => !expected?.test(text)), [], 'the console is silent');
  }

  /**
   * @param {string} kind  `button`, `slider`, `select`, `link` or a CSS selector
   * @param {string} name  a pattern for its name
   * @param {number | null} [message]  which message it is in, from the first (0) or the last (-1)
   * @returns {Promise<import('./webdriver.js').ElementRef>}
   */
  control(kind, name, message = null) {
    return this.driver.run(
      async (kind, name, message) => {
        const found = await /** @type {Probe} */ (window).probe.awaitControl(kind, name, message);
        found.scrollIntoView({ block: 'center', behavior: 'instant' });
        return found;
      },
      kind,
      name,
      message,
    );
  }

  /** @param {string} kind @param {string} name @param {number | null} [message] */
  async click(kind, name, message = null) {
    await this.clickOn(() => this.control(kind, name, message));
  }

  /** Clicks what is found. @param {() => Promise<import('./webdriver.js').ElementRef>} find */
  async clickOn(find) {
    await this.onFound(find, (found) => this.driver.click(found));
  }

  /**
   * Does something with what is found; again with what is found then, if the page was drawn or laid out anew in between.
   *
   * @param {() => Promise<import('./webdriver.js').ElementRef>} find
   * @param {(found: import('./webdriver.js').ElementRef) => Promise<void>} deed
   */
  async onFound(find, deed) {
    await this.steadily(async () => deed(await find()));
  }

  /**
   * Tries anew what the page was drawn or laid out anew under; a few times, since it may be drawn again.
   *
   * @template T
   * @param {() => Promise<T>} attempt
   * @returns {Promise<T>}
   */
  async steadily(attempt) {
    for (let left = 4; ; left -= 1) {
      try {
        return await attempt();
      } catch (error) {
        if (left === 0 || !/stale element|not interactable|intercepted/i.test(String(error))) throw error;
        // What lies over it, such as a message, goes by itself.
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
  }

  /** Presses a message's speaker button. @param {number} message @param {string} [name] */
  async listen(message, name = '^Listen') {
    await this.click('button', name, message);
  }

  /**
   * Waits for something outside the page.
   *
   * @param {() => boolean | Promise<boolean>} ask
   * @param {string} what
   */
  async until(ask, what) {
    for (const deadline = Date.now() + PATIENCE_MS; !(await ask()); ) {
      if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Tells whoever reads the results what was measured. @param {string} text */
  note(text) {
    console.log(`${this.engine.name}: ${text}`);
  }

  /** Waits for sound past a moment. @param {number} seconds */
  async heard(seconds) {
    await this.driver.run((seconds) => /** @type {Probe} */ (window).probe.heard(seconds), seconds);
  }

  /** @param {string} status */
  async reaches(status) {
    await this.driver.run((status) => /** @type {Probe} */ (window).probe.reaches(status), status);
  }

  /** @returns {Promise<PlayerState>} */
  state() {
    return this.driver.run(() => ({ .../** @type {Probe} */ (window).probe.player().state, message: null }));
  }

  /** Waits until the listener is told something that matches. @param {string} pattern */
  async told(pattern) {
    await this.driver.run((pattern) => {
      const { probe } = /** @type {Probe} */ (window);
      return probe.until(() => new RegExp(pattern).test(probe.told()), `“${pattern}” instead of “${probe.told()}”`);
    }, pattern);
  }

  /** What the one <audio> says. */
  audio() {
    return this.driver.run(() => {
      const { currentTime, paused, playbackRate, preservesPitch, duration } = /** @type {Probe} */ (window).probe.audio();
      return { currentTime, paused, playbackRate, preservesPitch, duration: Number.isFinite(duration) ? duration : null };
    });
  }

  /** @param {string} what */
  async findsNoBarrier(what) {
    await this.driver.inject(AXE);
    const violations = await this.driver.run(async (tags) => {
      const { violations } = await /** @type {any} */ (window).axe.run(document, { runOnly: tags });
      return violations.map((/** @type {any} */ { id, nodes }) => `${id}: ${nodes.map((/** @type {any} */ node) => node.html)}`);
    }, AXE_TAGS);
    assert.deepEqual(violations, [], `axe on the page ${what}`);
  }
}
