// The operator's page: what an operator does, and what comes of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

/** @typedef {import('../support/world.js').World} World */
/** @typedef {import('../support/world.js').Probe} Probe */

const VIEWS = ['overview', 'providers', 'listening', 'callers', 'cache', 'keys', 'audit'];

/** With a gateway that asks `piper`, where nobody listens, before the voice inside. */
export const SETTINGS = { TTS_PROVIDER: 'piper', PIPER_BASE_URL: 'http://127.0.0.1:9', TTS_FALLBACK: 'local', TTS_LISTENING: 'true' };

/** @param {World} world */
export function administration(world) {
  const { driver } = world;

  /** An operator's visit to a view. @param {string} view @param {() => Promise<void>} visit */
  const visiting = (view, visit) =>
    world.visiting(`/admin#${view}`, async () => {
      await world.control('h1', '.');
      await visit();
    });

  /**
   * A control of the card with some heading, or of the dialog that is open.
   *
   * @param {string} place  a pattern for the heading; `dialog`
   * @param {string} kind
   * @param {string} name
   */
  const within = (place, kind, name) => world.steadily(() => driver.run(find, place, kind, name));

  /** @param {string} place @param {string} name */
  const press = (place, name) => world.clickOn(() => within(place, 'button', name));

  /** @param {string} place @param {string} name @param {string} text */
  const write = (place, name, text) => world.onFound(() => within(place, 'input', name), (input) => driver.type(input, text));

  /** @param {string} place @param {string} name @param {string} option  as it is read */
  const choose = (place, name, option) =>
    world.onFound(
      () => within(place, 'select', name),
      (select) =>
        driver.run(
          (select, option) => {
            const list = /** @type {HTMLSelectElement} */ (/** @type {unknown} */ (select));
            const chosen = [...list.options].find(({ text }) => text === option);
            if (!chosen) throw new Error(`there is no “${option}” in ${[...list.options].map(({ text }) => text)}`);
            list.value = chosen.value;
            list.dispatchEvent(new Event('input', { bubbles: true }));
            list.dispatchEvent(new Event('change', { bubbles: true }));
          },
          select,
          option,
        ),
    );

  const flag = () => driver.run(() => /** @type {Probe} */ (window).probe.awaitControl('[role=switch]', '^Speech'));
  const flagIs = (/** @type {boolean} */ on) =>
    driver.run((on) => {
      const { probe } = /** @type {Probe} */ (window);
      return probe.until(() => probe.control('[role=switch]', '^Speech')?.getAttribute('aria-checked') === String(on), `the flag to be ${on}`);
    }, on);

  /** The operator looked at another window, and the page is drawn anew. */
  const comesBack = () =>
    driver.run(async () => {
      const title = document.querySelector('h1');
      document.dispatchEvent(new Event('visibilitychange'));
      await /** @type {Probe} */ (window).probe.until(() => title !== document.querySelector('h1'), 'the page to be drawn anew');
    });

  /** @param {string} text */
  const speak = (text) =>
    fetch(new URL('tts', world.gateway.url), { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ text }) });

  test('a new server says what to do first, and usage is saved as a file', () =>
    visiting('overview', async () => {
      await within('Nothing was asked for', 'code', '/player/define\\.js');
      await within('Nothing was asked for', 'a', '^Mint a key');
      await world.findsNoBarrier('of a new server');
      await world.click('button', '^Usage as CSV');
      await world.told('saved as CSV\\.');
    }));

  test('the flag is flipped, speech is refused, and it is flipped back', () =>
    visiting('overview', async () => {
      await world.clickOn(flag);
      await press('dialog', '^Switch off');
      await world.told('Speech is off\\.');
      const refused = await speak('Hello.');
      assert.equal(refused.status, 403);
      assert.equal(/** @type {any} */ (await refused.json()).error.code, 'tts_disabled');
      await flagIs(false);
      await world.clickOn(flag);
      await world.told('Speech is on\\.');
      assert.equal((await speak('Hello.')).status, 200);
    }));

  test('a question that is answered with no changes nothing', () =>
    visiting('overview', async () => {
      await world.clickOn(flag);
      await press('dialog', '^Cancel');
      assert.equal((await speak('Hello.')).status, 200);
    }));

  test('a provider is moved, and switched off, and the next one speaks', () =>
    visiting('providers', async () => {
      await world.click('button', 'Ask local earlier');
      await world.told('The chain is local, piper now\\.');
      assert.equal((await speak('One, two.')).headers.get('x-tts-provider'), 'local');
      await world.click('button', 'Back to the order of the settings');
      await world.told('The order is that of the settings again\\.');
      await world.click('button', 'Switch off piper');
      await world.told('piper is switched off\\.');
      await world.control('tr', 'piper.*switched off');
      const config = await (await fetch(new URL('tts/config', world.gateway.url))).json();
      assert.deepEqual(/** @type {any} */ (config).providers, ['local']);
      assert.equal((await speak('Three, four.')).headers.get('x-tts-provider'), 'local');
      await world.click('button', 'Switch on piper');
      await world.told('piper is asked again\\.');
    }));

  test('what is pressed is clicked, though the page is drawn anew while it is held down', () =>
    visiting('providers', async () => {
      const button = await driver.run(() => /** @type {Probe} */ (window).probe.awaitControl('button', 'Switch off piper'));
      await driver.hold(button, async () => {
        await driver.run(() => document.dispatchEvent(new Event('visibilitychange')));
        const asked = await fetch(new URL('admin/api/controls', world.gateway.url));
        assert.equal(asked.status, 200);
      });
      await world.told('piper is switched off\\.');
      await world.click('button', 'Switch on piper');
      await world.told('piper is asked again\\.');
    }));

  test('quota is granted and taken back; plans and blocks likewise', () =>
    visiting('callers', async () => {
      await write('Grants', '^Name', 'ann');
      await write('Grants', '^How much', '5000');
      await press('Grants', '^Grant');
      await world.told('user ann has the grant\\.');
      await within('Grants', 'tr', 'user ann\\s*5,000\\s*characters');
      await press('Grants', 'Take back the grant of user ann');
      await world.told('The grant is taken back\\.');

      await write('Plans', '^Name', 'ann');
      await choose('Plans', '^Plan', 'member');
      await press('Plans', '^Give the plan');
      await within('Plans', 'tr', 'user ann\\s*member');

      await choose('Blocked', '^Who', 'room');
      await write('Blocked', '^Name', 'kitchen');
      await press('Blocked', '^Block$');
      await press('Blocked', 'Unblock room kitchen');
      await world.told('room kitchen may speak again\\.');
    }));

  test('who was refused is looked up, and is told why', () =>
    visiting('callers', async () => {
      const post = (/** @type {string} */ path, /** @type {unknown} */ body) =>
        fetch(new URL(path, world.gateway.url), { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
      const block = (/** @type {boolean} */ blocked) => post('admin/api/controls', { action: 'set_blocked', subject: { kind: 'room', id: 'attic' }, blocked });
      await block(true);
      assert.equal((await post('tts', { text: 'Hello.', room: 'attic' })).status, 403);
      const known = async () => /** @type {any} */ (await (await fetch(new URL('admin/api/refusals?room=attic', world.gateway.url))).json()).lines.length > 0;
      await world.until(known, 'the row of the request');
      await choose('Look somebody up', '^Who', 'room');
      await write('Look somebody up', '^Name', 'attic');
      await press('Look somebody up', '^Show');
      await within('About room attic', 'tr', 'forbidden blocked.*1');
      await within('About room attic', 'p', 'blocked here');
      await world.findsNoBarrier('about a room');
      await block(false);
    }));

  test('what is being written outlives a change and a look at another window', () =>
    visiting('callers', async () => {
      await write('Grants', '^Name', 'ada');
      await write('Grants', '^How much', '70');
      await write('Plans', '^Name', 'bob');
      await choose('Plans', '^Plan', 'member');
      await press('Plans', '^Give the plan');
      await within('Plans', 'tr', 'user bob\\s*member');
      const written = () =>
        driver.run(() => ['grant-id', 'grant-amount', 'plan-id'].map((id) => /** @type {HTMLInputElement} */ (document.getElementById(id)).value));
      assert.deepEqual(await written(), ['ada', '70', ''], 'only the form that was sent is empty');
      await press('Plans', 'Take back the plan of user bob');
      await world.told('user bob has no plan of its own any more\\.');
      await comesBack();
      assert.deepEqual(await written(), ['ada', '70', '']);
    }));

  test('the keyboard stays where it is when the page is drawn anew', async () => {
    const focused = () => driver.run(() => /** @type {Probe} */ (window).probe.nameOf(/** @type {Probe} */ (window).probe.focused()));
    await visiting('overview', async () => {
      await driver.run(() => /** @type {Probe} */ (window).probe.control('button', '^7 days').focus());
      await driver.press('Enter');
      await driver.run(() => {
        const { probe } = /** @type {Probe} */ (window);
        return probe.until(() => probe.control('button', '^7 days')?.getAttribute('aria-pressed') === 'true', 'the other time');
      });
      assert.equal(await focused(), '7 days');
      for (const [kind, name] of /** @type {const} */ ([['link', '^Callers$'], ['[role=switch]', '^Speech']])) {
        await driver.run((kind, name) => /** @type {Probe} */ (window).probe.control(kind, name).focus(), kind, name);
        await comesBack();
        assert.match(await focused(), new RegExp(name));
      }
    });
    await visiting('providers', async () => {
      // What had the keyboard is another button afterwards.
      await driver.run(() => /** @type {Probe} */ (window).probe.control('button', '^Switch off piper').focus());
      await driver.press('Enter');
      await world.told('piper is switched off\\.');
      await driver.run(() => {
        const { probe } = /** @type {Probe} */ (window);
        return probe.until(() => probe.control('button', '^Switch on piper'), 'the page anew');
      });
      assert.notEqual(await driver.run(() => document.activeElement?.localName), 'body');
      await world.click('button', '^Switch on piper');
      await world.told('piper is asked again\\.');
    });
  });

  test('a plan is one of those that there are, and none is chosen by mistake', () =>
    visiting('callers', async () => {
      await write('Plans', '^Name', 'carl');
      await press('Plans', '^Give the plan');
      await comesBack();
      assert.equal(await driver.run(() => /carl/.test(document.querySelector('main')?.textContent ?? '')), false, 'nothing was changed');
      assert.deepEqual(await driver.run(() => [.../** @type {HTMLSelectElement} */ (document.querySelector('#plan-plan')).options].map(({ value }) => value)), ['', 'admin', 'member', 'trial']);
    }));

  test('how replies are listened to is shown by voice and by room', async () => {
    // A visitor of the demo listens, and stops.
    await world.visiting('/', async () => {
      await world.listen(0);
      await world.heard(0.5);
      await driver.run(() => /** @type {Probe} */ (window).probe.player().stop());
    });
    const told = async () => {
      const report = await (await fetch(new URL('admin/api/listening', world.gateway.url))).json();
      const [line] = /** @type {any} */ (report).lines;
      return line?.stopped === 1;
    };
    await world.until(told, 'what the player tells');
    await visiting('listening', async () => {
      await world.click('button', '^Today');
      await within('By voice', 'tr', '\\w \\(\\w+\\)\\s*1\\s*0 %');
      await within('By room', 'tr', 'no room\\s*1\\s*0 %');
    });
  });

  test('the cache is purged, and what was in it is made anew', async () => {
    await (await speak('Kept for a while.')).arrayBuffer();
    await visiting('cache', async () => {
      await choose('Purge', '^What', 'Everything');
      await press('Purge', '^Purge');
      await press('dialog', '^Purge');
      await world.told('entr(y is|ies are) gone');
      assert.equal((await speak('Kept for a while.')).headers.get('x-tts-cache'), 'miss');
    });
  });

  test('a key is minted, shown once, and revoked', () =>
    visiting('keys', async () => {
      const secret = () => driver.run(() => document.querySelector('code.secret')?.textContent ?? '');
      await write('New key', '^Name', 'front end');
      await write('New key', '^Characters a day', '5000');
      await write('New key', '^Money a day', '0.5');
      await press('New key', '^Mint');
      await world.until(async () => (await secret()) !== '', 'the key');
      assert.match(await secret(), /^saywell_[0-9a-f]{16}_[0-9a-f]{64}$/);
      await within('^Keys', 'tr', 'front end.*Characters a day: 5,000.*Money a day: 0\\.5');
      await comesBack();
      assert.match(await secret(), /^saywell_/, 'who looked away to keep it still sees it');
      await world.click('button', 'Revoke front end');
      await press('dialog', '^Revoke');
      await world.told('“front end” is revoked\\.');
      // The page tells first, and is drawn anew then.
      await world.until(async () => (await secret()) === '', 'the key to be gone');
    }));

  test('the audit log has it all', () =>
    visiting('audit', async () => {
      await world.control('td', '.');
      const actions = await driver.run(() => [...document.querySelectorAll('tbody tr td:nth-child(3)')].map(({ textContent }) => textContent));
      for (const action of ['set enabled', 'set provider order', 'set provider', 'add grant', 'remove grant', 'set plan', 'set blocked', 'purge', 'mint key', 'revoke key']) {
        assert.ok(actions.includes(action), `${action} is not in ${actions}`);
      }
      assert.equal(actions.filter((action) => action === 'set enabled').length, 2, 'what was not confirmed is not there');
    }));

  // Chromium alone here gets as narrow as a phone and shows both schemes on demand.
  const isChromium = world.engine.name === 'chromium';
  for (const scheme of isChromium ? ['light', 'dark'] : ['usual']) {
    test(`no view has a barrier, in the ${scheme} scheme${isChromium ? ', wide and narrow' : ''}`, async () => {
      await (await speak(`Something to show in ${scheme}.`)).arrayBuffer();
      if (isChromium) await driver.vendor('/goog/cdp/execute', { cmd: 'Emulation.setEmulatedMedia', params: { features: [{ name: 'prefers-color-scheme', value: scheme }] } });
      for (const width of isChromium ? [1280, 360] : [1280]) {
        await driver.resize(width, 900);
        for (const view of VIEWS) {
          await visiting(view, async () => {
            await world.findsNoBarrier(`${view}, ${width} wide`);
            const overflow = await driver.run(() => document.documentElement.scrollWidth - innerWidth);
            assert.ok(overflow <= 0, `${view} is ${overflow} px wider than ${width}`);
          });
        }
      }
    });
  }
}

/**
 * In the page: a control of the card with some heading, or of the dialog that is open.
 *
 * @param {string} place @param {string} kind @param {string} name
 */
const find = (place, kind, name) => {
  const { probe } = /** @type {Probe} */ (window);
  const pattern = new RegExp(name);
  const isPlace = (/** @type {Element} */ card) => new RegExp(place).test(card.querySelector('h2')?.textContent ?? '');
  return probe.until(() => {
    const card = place === 'dialog' ? document.querySelector('dialog[open]') : [...document.querySelectorAll('section.card')].find(isPlace);
    return [...(card?.querySelectorAll(kind) ?? [])].find((element) => pattern.test(probe.nameOf(element)) && probe.seen(element));
  }, `the ${kind} “${name}” in ${place}`);
};
