// For everybody: assistive technology, the keyboard alone, other writing directions, large text.

import assert from 'node:assert/strict';
import { test } from 'node:test';

/** @typedef {import('../support/world.js').World} World */
/** @typedef {import('../support/world.js').Probe} Probe */

const CHAT = '/test/chat.html';

/** @param {World} world */
export function access(world) {
  const { driver } = world;

  const focusedName = () =>
    driver.run(() => {
      const { probe } = /** @type {Probe} */ (window);
      const element = probe.focused();
      return `${element.localName} ${probe.nameOf(element)}`;
    });

  /** Presses Tab until the focus is on something whose name matches. @param {RegExp} name */
  async function tabTo(name) {
    for (let presses = 0; presses < 20; presses += 1) {
      if (name.test(await focusedName())) return;
      await driver.press('Tab');
    }
    assert.fail(`Tab does not reach ${name}`);
  }

  test('axe finds nothing in any state', () =>
    world.visiting(`${CHAT}?with=captions&with=continuous`, async () => {
      await world.control('button', '^Listen', 0);
      await world.findsNoBarrier('at rest');
      await world.listen(1);
      await world.heard(0.3);
      await world.findsNoBarrier('while playing');
      await world.click('button', '^Pause$', 1);
      await world.reaches('paused');
      await world.findsNoBarrier('while paused');
      await world.listen(0);
      await world.reaches('ended');
      await world.findsNoBarrier('at the end');
    }));

  test('what assistive technology hears', () =>
    world.visiting(CHAT, async () => {
      await world.listen(1);
      await world.heard(0.3);
      for (const [kind, name, role] of /** @type {const} */ ([
        ['button', 'Pause', 'button'],
        ['slider', 'Position', 'slider'],
        ['button', 'Stop', 'button'],
      ])) {
        const element = await world.control(kind, name, 1);
        assert.match(await driver.label(element), new RegExp(name));
        assert.equal(await driver.role(element), role);
      }
      const slider = await driver.run(() => /** @type {Probe} */ (window).probe.control('slider', 'Position', 1).getAttribute('aria-valuetext'));
      assert.match(slider ?? '', /^\d:\d\d of \d:\d\d$/);
    }));

  test('everything is reached and done by keyboard, with a focus that is seen', () =>
    world.visiting(CHAT, async () => {
      await world.control('button', '^Listen', 0);
      await tabTo(/^button Listen/);
      const outline = await driver.run(() => {
        const style = getComputedStyle(/** @type {Probe} */ (window).probe.focused());
        return style.outlineStyle !== 'none' || style.boxShadow !== 'none';
      });
      assert.ok(outline, 'the focus is seen');
      await driver.press('Tab');
      await driver.press('Enter');
      await world.heard(0.2);
      await tabTo(/^input Position/);
      await driver.press('ArrowRight');
      await world.heard(4.5);
      await driver.press('ArrowLeft');
      await driver.run(() => {
        const { probe } = /** @type {Probe} */ (window);
        return probe.until(() => probe.player().state.position < 4.4, 'the way back');
      });
      await tabTo(/Speed/);
      await tabTo(/^button Stop/);
      await driver.press('Space');
      await world.reaches('idle');
      assert.match(await focusedName(), /^button Listen/, 'the keyboard stays on the speaker');
    }));

  test('while the keyboard is in the controls, M mutes and Esc stops', () =>
    world.visiting(CHAT, async () => {
      await world.listen(1);
      await world.heard(0.2);
      await tabTo(/^input Position/);
      await driver.press('m');
      assert.equal(await driver.run(() => /** @type {Probe} */ (window).probe.player().muted), true);
      await driver.press('m');
      assert.equal(await driver.run(() => /** @type {Probe} */ (window).probe.player().muted), false);
      await driver.press('Escape');
      await world.reaches('idle');
      assert.match(await focusedName(), /^button Listen/, 'the keyboard stays on the speaker');
      // Where there is a panel, it is what Esc closes first.
      await world.listen(1);
      await world.heard(0.2);
      await world.click('button', '^More$', 1);
      await driver.press('Escape');
      assert.equal((await world.state()).status, 'playing');
      assert.equal(await driver.run(() => /** @type {Probe} */ (window).probe.control('button', '^Download$', 1)), null);
    }));

  test('the keyboard goes back to the message with “Back to what is read”, and with Stop at the foot of the page', () =>
    world.visiting(CHAT, async () => {
      await world.listen(1);
      await world.heard(0.2);
      const leave = async () => {
        await driver.run(() => {
          const far = document.createElement('div');
          far.style.blockSize = '3000px';
          document.querySelector('form')?.before(far);
          dispatchEvent(new Event('wheel'));
          scrollTo({ top: 2500, behavior: 'instant' });
        });
      };
      for (const name of ['^Back to what is read$', '^Stop$']) {
        await leave();
        await driver.run((name) => {
          const { probe } = /** @type {Probe} */ (window);
          const inDock = () => [...probe.deep(probe.player().shadowRoot)].find((element) => element.matches('button') && probe.seen(element) && new RegExp(name).test(probe.nameOf(element)));
          return probe.until(() => { const found = inDock(); found?.focus(); return found; }, name);
        }, name);
        const y = await driver.run(() => scrollY);
        await driver.press('Enter');
        await driver.run(() => new Promise((later) => setTimeout(later, 400)));
        assert.match(await focusedName(), /^button (Pause|Resume|Listen)/, name);
        if (/Stop/.test(name)) assert.equal(await driver.run(() => scrollY), y, 'and the page stays where it is');
      }
    }));

  test('from right to left, the arrows follow the bar', () =>
    world.visiting(`${CHAT}?rtl`, async () => {
      await world.listen(1);
      await world.heard(0.2);
      await tabTo(/^input Position/);
      await driver.press('ArrowLeft');
      await world.heard(4.5);
    }));

  test('controls are large enough, and large text pushes nothing over the edge', () =>
    world.visiting(CHAT, async () => {
      await world.listen(1);
      await world.heard(0.2);
      await world.click('button', '^More$', 1);
      const small = await driver.run(() => {
        const { probe } = /** @type {Probe} */ (window);
        return [...probe.deep(document)]
          .filter((element) => element.matches('button, input, select') && probe.seen(element))
          .map((element) => [probe.nameOf(element), element.getBoundingClientRect()])
          .filter(([, { width, height }]) => width < 24 || height < 24)
          .map(([name, { width, height }]) => `${name}: ${width}×${height}`);
      });
      assert.deepEqual(small, [], 'WCAG 2.5.8: at least 24 by 24 pixels');
      const edges = await driver.run(() => {
        document.documentElement.style.fontSize = '200%';
        return [document.documentElement.scrollWidth, document.documentElement.clientWidth];
      });
      assert.equal(edges[0], edges[1], 'nothing reaches over the edge');
    }));
}
