// How a page is shown to somebody, in each engine by the means it has.

/**
 * @typedef {object} Look
 * @property {number} width  CSS pixels
 * @property {number} height
 * @property {boolean} [forcedColours]  the system's colours in place of the page's
 * @property {boolean} [reducedMotion]
 * @property {boolean} [rightToLeft]
 * @property {boolean} [moreContrast]
 */

/**
 * @param {import('./engines.js').Engine} engine
 * @param {import('./front.js').Front} front
 * @returns {Looks}
 */
export function looksOf(engine, front) {
  if (engine.name === 'webkit') return new WebKitLooks(engine.driver, front);
  return engine.name === 'firefox' ? new FirefoxLooks(engine) : new ChromiumLooks(engine.driver);
}

/** The one that engines.js gives WebKitGTK. */
const SCREEN = Object.freeze({ width: 1280, height: 900 });
/** The window that tests have otherwise. */
const USUAL = Object.freeze({ width: 1280, height: 860 });

/** What every engine can do: a window of some size, unless it is too small for the browser's own bars. */
export class Looks {
  /** @param {import('./webdriver.js').WebDriver} driver */
  constructor(driver) {
    this.driver = driver;
  }

  /** Why this engine cannot show it so, or null. @param {Look} look @returns {string | null} */
  cannot(look) {
    void look;
    return null;
  }

  /** @param {Look} look */
  async put({ width, height }) {
    await this.driver.resize(width, height);
  }

  /** Where a page is found in this look. @param {string} path */
  path(path) {
    return path;
  }

  /** Makes commands go to the page itself. */
  async enter() {}

  /** As it was. */
  async off() {
    await this.driver.resize(USUAL.width, USUAL.height);
  }
}

/** Chromium emulates what it is told to over its DevTools. */
class ChromiumLooks extends Looks {
  /** @override @param {Look} look */
  async put(look) {
    await super.put(look);
    const features = [
      { name: 'forced-colors', value: look.forcedColours ? 'active' : '' },
      { name: 'prefers-reduced-motion', value: look.reducedMotion ? 'reduce' : '' },
      { name: 'prefers-contrast', value: look.moreContrast ? 'more' : '' },
    ];
    await this.#command('Emulation.setEmulatedMedia', { features });
  }

  /** @override */
  async off() {
    await super.off();
    await this.#command('Emulation.setEmulatedMedia', { features: [] });
  }

  /** @param {string} cmd @param {object} params */
  async #command(cmd, params) {
    await this.driver.vendor('/goog/cdp/execute', { cmd, params });
  }
}

/** Firefox has preferences for it, and a window of any width over BiDi. */
class FirefoxLooks extends Looks {
  #engine;

  /** @override @param {Look} look */
  cannot({ moreContrast }) {
    return moreContrast ? 'Firefox takes more contrast from the desktop’s settings alone' : null;
  }

  /** @param {import('./engines.js').Engine} engine */
  constructor(engine) {
    super(engine.driver);
    this.#engine = engine;
  }

  /** @override @param {Look} look */
  async put({ width, height, forcedColours, reducedMotion }) {
    await this.#engine.bidi?.ask('browsingContext.setViewport', { context: await this.driver.tab(), viewport: { width, height } });
    await this.#prefer({ 'browser.display.document_color_use': forcedColours ? 2 : null, 'ui.prefersReducedMotion': reducedMotion ? 1 : null });
  }

  /** @override */
  async off() {
    await this.#engine.bidi?.ask('browsingContext.setViewport', { context: await this.driver.tab(), viewport: null });
    await this.#prefer({ 'browser.display.document_color_use': null, 'ui.prefersReducedMotion': null });
  }

  /** @param {Record<string, number | null>} preferences  null: as it comes */
  async #prefer(preferences) {
    await this.driver.vendor('/moz/context', { context: 'chrome' });
    try {
      const lines = Object.entries(preferences).map(([name, value]) =>
        value === null ? `Services.prefs.clearUserPref('${name}');` : `Services.prefs.setIntPref('${name}', ${value});`,
      );
      await this.driver.inject(lines.join('\n'));
    } finally {
      await this.driver.vendor('/moz/context', { context: 'content' });
    }
  }
}

/** WebKitGTK's window has bars that a phone is narrower than: there the page is in a frame. */
class WebKitLooks extends Looks {
  #front;
  #framed = false;

  /**
   * @param {import('./webdriver.js').WebDriver} driver
   * @param {import('./front.js').Front} front
   */
  constructor(driver, front) {
    super(driver);
    this.#front = front;
  }

  /** @override @param {Look} look */
  cannot({ forcedColours, reducedMotion, moreContrast }) {
    if (moreContrast) return 'WebKitGTK takes more contrast from the desktop’s settings alone';
    if (forcedColours) return 'WebKitGTK has no forced colours';
    return reducedMotion ? 'WebKitGTK takes less motion from the desktop’s settings alone, when it starts' : null;
  }

  /** @override @param {Look} look */
  async put(look) {
    this.#framed = look.width < 500;
    // Without a window manager, the window under the pointer has the keyboard: the pointer rests in the middle.
    const { width, height } = look;
    const place = { x: (SCREEN.width - width) / 2, y: Math.max(0, (SCREEN.height - height) / 2) };
    if (!this.#framed) return this.driver.resize(width, height, place);
    const page = `<!doctype html><html lang="en"><head><title>A frame</title></head><body><iframe title="The page" src="/" width="${width}" height="${height}"></iframe></body></html>`;
    this.#front.pages.set('/test/frame.html', { text: page, policy: "default-src 'self'" });
    await this.driver.resize(SCREEN.width, height + 60);
  }

  /** @override @param {string} path */
  path(path) {
    return this.#framed ? '/test/frame.html' : path;
  }

  /** @override */
  async enter() {
    if (this.#framed) await this.driver.enterFrame();
  }
}
