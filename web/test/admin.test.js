// The operator's page in real Chromium against the real gateway: what an operator does, and what comes of it.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';

import { startBrowser, startGateway } from './support/chromium.js';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('playwright-core').BrowserContextOptions} Options */

const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const VIEWS = ['overview', 'providers', 'callers', 'cache', 'keys', 'audit'];

/** @type {Awaited<ReturnType<typeof startGateway>>} */
let gateway;
/** @type {Awaited<ReturnType<typeof startBrowser>>} */
let browser;

before(async () => {
  // A second provider to fall back on: one that nobody listens at, which the voice inside the process takes over from.
  gateway = await startGateway({ TTS_PROVIDER: 'piper', PIPER_BASE_URL: 'http://127.0.0.1:9', TTS_FALLBACK: 'local' });
  browser = await startBrowser();
});

after(async () => {
  await browser?.close();
  await gateway?.stop();
});

/**
 * One operator's visit to a view. Whatever the browser complains about meanwhile fails the test.
 *
 * @param {string} view
 * @param {(page: Page) => Promise<void>} visit
 * @param {Options} [options]
 */
async function visiting(view, visit, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  /** @type {string[]} */
  const complaints = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  try {
    await page.goto(new URL(`admin#${view}`, gateway.url).href);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await visit(page);
    assert.deepEqual(complaints, []);
  } finally {
    await context.close();
  }
}

/** @param {string} text */
const speak = (text) =>
  fetch(new URL('tts', gateway.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text }),
  });

/** What the page says was done. @param {Page} page @param {string | RegExp} text */
const says = (page, text) => page.getByRole('status').filter({ hasText: text }).waitFor();

/** @param {Page} page @param {string} what */
async function findsNoBarrier(page, what) {
  await page.evaluate(AXE);
  const violations = await page.evaluate(async () => {
    const { violations } = await /** @type {any} */ (window).axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    });
    return violations.map((/** @type {any} */ { id, nodes }) => `${id}: ${nodes.map((/** @type {any} */ node) => node.html)}`);
  });
  assert.deepEqual(violations, [], `axe on ${what}`);
}

test('the flag is flipped, speech is refused, and it is flipped back', () =>
  visiting('overview', async (page) => {
    const flag = page.getByRole('switch', { name: 'Speech' });
    await flag.click();
    await page.getByRole('button', { name: 'Switch off' }).click();
    await says(page, 'Speech is off.');
    const refused = await speak('Hello.');
    assert.equal(refused.status, 403);
    assert.equal((await refused.json()).error.code, 'tts_disabled');
    await page.getByRole('switch', { name: 'Speech', checked: false }).waitFor();
    await flag.click();
    await says(page, 'Speech is on.');
    assert.equal((await speak('Hello.')).status, 200);
  }));

test('a question that is answered with no changes nothing', () =>
  visiting('overview', async (page) => {
    await page.getByRole('switch', { name: 'Speech' }).click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    assert.equal((await speak('Hello.')).status, 200);
  }));

test('a provider is moved, and switched off, and the next one speaks', () =>
  visiting('providers', async (page) => {
    await page.getByRole('button', { name: 'Ask local earlier' }).click();
    await says(page, 'The chain is local, piper now.');
    assert.equal((await speak('One, two.')).headers.get('x-tts-provider'), 'local');
    await page.getByRole('button', { name: 'Back to the order of the settings' }).click();
    await says(page, 'The order is that of the settings again.');
    await page.getByRole('button', { name: 'Switch off piper' }).click();
    await says(page, 'piper is switched off.');
    await page.getByRole('row', { name: /piper/ }).getByText('switched off').waitFor();
    const config = await (await fetch(new URL('tts/config', gateway.url))).json();
    assert.deepEqual(config.providers, ['local']);
    assert.equal((await speak('Three, four.')).headers.get('x-tts-provider'), 'local');
    await page.getByRole('button', { name: 'Switch on piper' }).click();
    await says(page, 'piper is asked again.');
  }));

test('quota is granted and taken back; plans and blocks likewise', () =>
  visiting('callers', async (page) => {
    const section = (/** @type {string} */ name) => page.locator('section.card', { has: page.getByRole('heading', { name }) });
    const grants = section('Grants');
    await grants.getByLabel('Name').fill('ann');
    await grants.getByLabel('How much').fill('5000');
    await grants.getByRole('button', { name: 'Grant' }).click();
    await says(page, 'user ann has the grant.');
    await grants.getByRole('row', { name: /user ann 5,000 characters/ }).waitFor();
    await grants.getByRole('button', { name: 'Take back the grant of user ann' }).click();
    await says(page, 'The grant is taken back.');

    const plans = section('Plans');
    await plans.getByLabel('Name').fill('ann');
    await plans.getByLabel('Plan', { exact: true }).fill('member');
    await plans.getByRole('button', { name: 'Give the plan' }).click();
    await plans.getByRole('row', { name: /user ann member/ }).waitFor();

    const blocked = section('Blocked');
    await blocked.getByLabel('Who').selectOption('room');
    await blocked.getByLabel('Name').fill('kitchen');
    await blocked.getByRole('button', { name: 'Block', exact: true }).click();
    await blocked.getByRole('button', { name: 'Unblock room kitchen' }).click();
    await says(page, 'room kitchen may speak again.');
  }));

test('the cache is purged, and what was in it is made anew', () =>
  visiting('cache', async (page) => {
    const cached = async () => (await speak('Kept for a while.')).headers.get('x-tts-cache');
    await (await speak('Kept for a while.')).arrayBuffer();
    await page.reload();
    await page.getByLabel('What', { exact: true }).selectOption('Everything');
    await page.getByRole('button', { name: 'Purge' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Purge' }).click();
    await says(page, /entr(y is|ies are) gone/);
    assert.equal(await cached(), 'miss');
  }));

test('a key is minted, shown once, and revoked', () =>
  visiting('keys', async (page) => {
    await page.getByLabel('Name').fill('front end');
    await page.getByRole('button', { name: 'Mint' }).click();
    assert.match((await page.locator('code.secret').textContent()) ?? '', /^saywell_[0-9a-f]{16}_[0-9a-f]{64}$/);
    await page.getByRole('button', { name: 'Revoke front end' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await says(page, '“front end” is revoked.');
    assert.equal(await page.locator('code.secret').count(), 0);
  }));

test('the audit log has it all', () =>
  visiting('audit', async (page) => {
    const actions = await page.locator('tbody tr td:nth-child(3)').allTextContents();
    for (const action of ['set enabled', 'set provider order', 'set provider', 'add grant', 'remove grant', 'set plan', 'set blocked', 'purge', 'mint key', 'revoke key']) {
      assert.ok(actions.includes(action), `${action} is not in ${actions}`);
    }
    assert.equal(actions.filter((action) => action === 'set enabled').length, 2, 'what was not confirmed is not there');
  }));

for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
  test(`no view has a barrier, ${colorScheme}, wide and narrow`, async () => {
    await (await speak(`Something to show in ${colorScheme}.`)).arrayBuffer();
    for (const width of [1280, 360]) {
      for (const view of VIEWS) {
        await visiting(
          view,
          async (page) => {
            await findsNoBarrier(page, `${view}, ${width} wide`);
            const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
            assert.ok(overflow <= 0, `${view} is ${overflow} px wider than ${width}`);
          },
          { colorScheme, viewport: { width, height: 900 } },
        );
      }
    }
  });
}
