// However somebody sees the page: by their own colours, without motion, twice as large, from right to
// left, on a phone. In each nothing is cut off or lies on top of something else, the focus is seen,
// and axe finds nothing. With LOOKS_FOLDER set, pictures are left there to be looked at.

import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

/** @typedef {import('../support/world.js').World} World */
/** @typedef {import('../support/world.js').Probe} Probe */
/** @typedef {import('../support/looks.js').Look} Look */

const WIDE = /** @type {const} */ ({ width: 1280, height: 860 });
/** More Tab presses than there are controls. */
const MOST_STOPS = 60;

/** @type {Record<string, Look>} */
const LOOKS = {
  'forced colours': { ...WIDE, forcedColours: true },
  'reduced motion': { ...WIDE, reducedMotion: true },
  // What a browser's own zoom does to a page: half as many pixels of CSS each way.
  'twice as large': { width: WIDE.width / 2, height: WIDE.height / 2 },
  'from right to left': { ...WIDE, rightToLeft: true },
  'a phone': { width: 390, height: 844 },
  'more contrast': { ...WIDE, moreContrast: true },
};

/** @param {World} world */
export function looks(world) {
  const { driver, engine } = world;

  /** @param {string} name */
  async function picture(name) {
    const folder = process.env.LOOKS_FOLDER;
    if (!folder) return;
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, `${engine.name} ${name}.png`), await driver.screenshot());
  }

  /** @param {string} what */
  async function isSound(what) {
    // What follows the view, such as the dock, follows it by a frame or two.
    const faults = await driver.run(async () => {
      const { probe } = /** @type {Probe} */ (window);
      for (let frame = 0; frame < 20 && probe.layoutFaults().length > 0; frame += 1) await new Promise((settled) => requestAnimationFrame(settled));
      return probe.layoutFaults();
    });
    await picture(what);
    assert.deepEqual(faults, [], `the page ${what}`);
    await world.findsNoBarrier(what);
  }

  /** Goes through the page by keyboard and looks whether each stop is seen. */
  async function showsFocus() {
    const stops = new Set();
    const unseen = new Set();
    for (let press = 0; press < MOST_STOPS; press += 1) {
      await driver.press('Tab');
      const { name, seen, left } = await driver.run(() => /** @type {Probe} */ (window).probe.focusStop());
      // Past its last control the keyboard leaves the page, or begins anew.
      if (left || (stops.has(name) && press > 5)) break;
      stops.add(name);
      if (!seen) unseen.add(name);
    }
    assert.ok(stops.size > 5, `the keyboard goes somewhere: ${[...stops]}`);
    assert.deepEqual([...unseen], [], 'the focus is seen everywhere');
  }

  test('what is cut off, covered or over the edge is found', () =>
    world.visiting('/test/chat.html', async () => {
      await world.control('button', '^Listen', 0);
      assert.deepEqual(await driver.run(() => /** @type {Probe} */ (window).probe.layoutFaults()), []);
      const found = await driver.run(() => {
        const put = (/** @type {string} */ name, /** @type {Partial<CSSStyleDeclaration>} */ style) => {
          const element = document.body.appendChild(document.createElement(name));
          Object.assign(element.style, { position: 'fixed', inset: '0 auto auto 0', inlineSize: '60px', blockSize: '40px' }, style);
          return element;
        };
        put('button', {}).textContent = 'under';
        put('div', { background: 'white' });
        put('p', { top: '90px', overflow: 'hidden', whiteSpace: 'nowrap' }).textContent = 'longer than its place allows';
        put('p', { position: 'relative', inlineSize: '3000px' }).textContent = 'wide';
        return /** @type {string[]} */ (/** @type {Probe} */ (window).probe.layoutFaults());
      });
      for (const pattern of [/“under” is covered by div/, /“longer than its place.* cuts/, /the page is \d+ wide/]) {
        assert.ok(found.some((fault) => pattern.test(fault)), `${pattern} in ${found.join('\n')}`);
      }
    }));

  test('on a phone the controls at the foot and the captions leave the page to the reader, and nothing lengthens it', async () => {
    try {
      await world.looks.put(LOOKS['a phone'] ?? WIDE);
      await world.visiting(world.looks.path('/'), async () => {
        await world.looks.enter();
        // Its first sentence is a long one.
        await world.listen(0);
        await world.heard(0.3);
        const { foot, row, longer } = await driver.run(async () => {
          const { probe } = /** @type {Probe} */ (window);
          const player = probe.player();
          player.choose('bar', true);
          const list = [...document.querySelectorAll('*')].find((element) => element.scrollHeight > element.clientHeight + 50 && /auto|scroll/.test(getComputedStyle(element).overflowY));
          (list ?? document.documentElement).scrollTo(0, 1e5);
          const [foot, dock, captions] = ['.foot', '.dock', '.captions'].map((name) => player.shadowRoot.querySelector(name));
          await probe.until(() => !dock.hidden && !captions.hidden, 'the foot of the page');
          const page = document.scrollingElement;
          return { foot: foot.offsetHeight, row: dock.offsetHeight, longer: (page?.scrollHeight ?? 0) - innerHeight };
        });
        assert.ok(row <= 64 && foot <= 125, `${row} and ${foot} pixels high`);
        assert.ok(longer <= 0, `the page is ${longer} pixels longer than its window`);
        await picture('at the foot of a phone');
        await driver.run(() => /** @type {Probe} */ (window).probe.player().stop());
      });
    } finally {
      await world.looks.off();
    }
  });

  test('in narrow bubbles, and on a page of 320 pixels, the open controls stay in their place', async () => {
    try {
      await world.looks.put({ width: 320, height: 640 });
      const widths = [272, 280, 290, 302];
      const words = 'Our harbour is small, but it has seen a great deal. In spring the boats are painted red and green. Most people come for the market on Saturday.';
      const bubbles = widths.map((width) => `<div class="b${width}"><article class="assistant" data-message-id="b${width}"><p>${words}</p></article></div>`).join('');
      world.front.pages.set('/test/narrow.css', { text: `body { margin: 0; } ${widths.map((width) => `.b${width} { inline-size: ${width}px; box-sizing: border-box; }`).join(' ')}`, type: '.css' });
      const head = '<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"><link rel="stylesheet" href="/test/narrow.css"><script type="module" src="/player/define.js"></script>';
      // Where an engine's window is too wide for this, it is looked at in a frame.
      const narrow = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Narrow</title>${head}</head><body><main><h1>Chat</h1>${bubbles}</main><saywell-player messages=".assistant"></saywell-player></body></html>`;
      world.front.pages.set('/test/narrow.html', { text: narrow, policy: "default-src 'self'; img-src data:; media-src 'self' blob:; frame-ancestors 'self'" });
      const path = world.looks.path('/test/narrow.html');
      if (path !== '/test/narrow.html') {
        const frame = '<!doctype html><html lang="en"><head><title>A frame</title></head><body><iframe title="The page" src="/test/narrow.html" width="320" height="640"></iframe></body></html>';
        world.front.pages.set(path, { text: frame, policy: "default-src 'self'" });
      }
      await world.visiting(path, async () => {
        await world.looks.enter();
        for (const [index, width] of widths.entries()) {
          await world.listen(index);
          await world.heard(0.2);
          await world.click('button', '^More$', index);
          const over = await driver.run((index) => {
            const { probe } = /** @type {Probe} */ (window);
            const place = probe.messages()[index].getBoundingClientRect();
            const { clientWidth, scrollWidth } = document.documentElement;
            const wide = [...probe.deep(probe.messages()[index])].filter((element) => element.matches('.bar, .panel, .steps, button, select, input') && probe.seen(element) && element.getBoundingClientRect().right > place.right + 1);
            return [...wide.map((element) => `${element.className || element.getAttribute('part')} by ${Math.round(element.getBoundingClientRect().right - place.right)}`), ...(scrollWidth > clientWidth ? [`the page by ${scrollWidth - clientWidth}`] : [])];
          }, index);
          await picture(`in a bubble of ${width} pixels`);
          assert.deepEqual(over, [], `in a bubble of ${width} pixels`);
        }
      });
    } finally {
      await world.looks.off();
    }
  });

  for (const [name, look] of Object.entries(LOOKS)) {
    const cannot = world.looks.cannot(look);
    test(`seen with ${name}, the demo is whole`, { skip: cannot ?? false }, async () => {
      try {
        await world.looks.put(look);
        await world.visiting(world.looks.path('/'), async () => {
          await world.looks.enter();
          if (look.rightToLeft) await driver.run(() => void (document.documentElement.dir = 'rtl'));
          await world.control('button', '^Listen', 0);
          await isSound(`${name} at rest`);
          await world.listen(1);
          await world.heard(0.5);
          await world.click('button', '^More$', 1);
          await driver.run(() => void (/** @type {Probe} */ (window).probe.messages()[1].scrollIntoView({ behavior: 'instant' })));
          await isSound(`${name} while playing`);
          if (look.moreContrast) {
            const line = await driver.run(() => {
              const { probe } = /** @type {Probe} */ (window);
              const bar = probe.control('button', '^More$', 1).closest('.bar');
              const { borderTopColor, color } = getComputedStyle(bar);
              return [borderTopColor, color];
            });
            assert.equal(line[0], line[1], 'the controls have a line of the colour of their words');
          }
          if (look.rightToLeft) {
            const ways = await driver.run(() => {
              const { probe } = /** @type {Probe} */ (window);
              const left = (/** @type {string} */ name) => probe.control('button', name, 1).getBoundingClientRect().left;
              return { stop: left('^Stop$') < left('^Pause$'), back: getComputedStyle(probe.control('button', '^Previous sentence$', 1).firstElementChild).scale };
            });
            assert.deepEqual(ways, { stop: true, back: '-1 1' }, 'the controls are the other way round, and so are their arrows');
          }
          if (look.reducedMotion) {
            const moving = await driver.run(() => document.getAnimations().filter(({ playState }) => playState === 'running').length);
            assert.equal(moving, 0, 'nothing moves by itself');
          }
          await showsFocus();
          await driver.run(() => /** @type {Probe} */ (window).probe.player().stop());
          await world.reaches('idle');
        });
      } finally {
        await world.looks.off();
      }
    });
  }
}
