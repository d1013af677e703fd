// examples/flask-chat: the application, the gateway and a browser, as its `run` puts them together.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { startEngine } from './support/engines.js';
import { startGateway } from './support/gateway.js';
import { answers, freePort, ready, start } from './support/programs.js';

const FOLDER = fileURLToPath(new URL('../../examples/flask-chat/', import.meta.url));
/** A reply that is complete and has its speaker. */
const SPEAKABLE = 'article.assistant[aria-busy=false]:has(saywell-speaker)';
const SECRET = 'only the tests of the example are signed with this';

/** @type {Awaited<ReturnType<typeof startGateway>>} */
let gateway;
/** @type {import('./support/programs.js').Program} */
let application;
/** @type {import('./support/engines.js').Engine} */
let engine;
let chat = '';

before(async () => {
  const port = await freePort();
  chat = `http://127.0.0.1:${port}/`;
  gateway = await startGateway({
    TTS_AUTH: 'jwt',
    TTS_JWT_SECRET: SECRET,
    TTS_CORS_ORIGINS: chat.slice(0, -1),
    // As an operator may wish it; by default what fits is spoken.
    TTS_TOO_LONG: 'refuse',
  });
  application = start('python3', [`${FOLDER}app.py`], {
    env: { PORT: String(port), TTS_JWT_SECRET: SECRET, SAYWELL_URL: gateway.url.slice(0, -1), WRITING_PAUSE: '0.01' },
  });
  await ready(application, () => answers(`${chat}rooms/lobby`));
  engine = await startEngine('chromium');
});

after(async () => {
  await engine?.stop();
  await application?.stop();
  await gateway?.stop();
});

/** A visitor or, with a name, a user: their token for a room. @param {string} [user] */
async function token(user) {
  const cookie = async (/** @type {Response} */ answer) => /** @type {string} */ (answer.headers.get('set-cookie')).split(';')[0] ?? '';
  const login = user
    ? await fetch(`${chat}login`, { method: 'POST', body: new URLSearchParams({ user }), redirect: 'manual' })
    : await fetch(`${chat}rooms/lobby`);
  const answer = await fetch(`${chat}rooms/lobby/speech-token`, { method: 'POST', headers: { cookie: await cookie(login) } });
  return /** @type {any} */ (await answer.json()).token;
}

/** @param {string | null} token @param {string} text */
const speak = (token, text) =>
  fetch(`${gateway.url}tts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ text }),
  });

/**
 * Waits in the page for something that is there.
 *
 * @param {string} selector
 * @param {string} text
 * @returns {Promise<any>}
 */
const find = (selector, text) =>
  engine.driver.run(
    async (selector, text) => {
      for (const deadline = performance.now() + 20_000; performance.now() < deadline; ) {
        const roots = [document, ...[...document.querySelectorAll('saywell-speaker')].map(({ shadowRoot }) => shadowRoot)];
        const found = roots.flatMap((root) => [...(root?.querySelectorAll(selector) ?? [])]).findLast((element) => new RegExp(text).test(element.textContent ?? ''));
        if (found) return found;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      throw new Error(`there is no ${selector} with “${text}” in ${document.body.innerText.slice(-2000)}`);
    },
    selector,
    text,
  );

test('users may hear more than visitors, and nobody hears without the application’s word', async () => {
  const long = 'This sentence is one of many that say the same. '.repeat(60);
  assert.equal((await speak(null, 'Hello.')).status, 401);
  const visitor = await token();
  assert.equal((await speak(visitor, 'Hello.')).status, 200);
  const refused = await speak(visitor, long);
  assert.equal(refused.status, 413);
  assert.equal(/** @type {any} */ (await refused.json()).error.code, 'text_too_long');
  const heard = await speak(await token('Ann'), long);
  assert.equal(heard.status, 200);
  await heard.body?.cancel();
});

test('only rooms that exist have something to hear', async () => {
  const answer = await fetch(`${chat}rooms/nowhere/speech-token`, { method: 'POST' });
  assert.equal(answer.status, 404);
});

test('a visitor reads why a reply is not spoken', async () => {
  const { driver } = engine;
  await driver.goto(`${chat}rooms/lobby`);
  await driver.type(await find('textarea', ''), 'Is a question that goes on and on answered at such length as well? '.repeat(40));
  await driver.click(await find('button', 'Send'));
  const reply = await find(SPEAKABLE, 'while the next one is being made');
  const listen = await driver.run(
    (reply) => {
      const speaker = reply.querySelector('saywell-speaker');
      speaker.scrollIntoView({ block: 'center', behavior: 'instant' });
      return speaker.shadowRoot.querySelector('button');
    },
    reply,
  );
  await driver.click(listen);
  await find('[part=problem]:not([hidden])', 'too long to be read aloud');
  // The refusal itself is in the browser's log, which the next test reads.
  await driver.vendor('/se/log', { type: 'browser' });
});

test('who writes in a room is answered there, and hears the answer', async () => {
  const { driver, ear } = engine;
  await driver.goto(`${chat}rooms/kitchen`);
  await driver.type(await find('header input', ''), 'Ann');
  await driver.click(await find('button', 'Log in'));
  await find('header form', 'Ann');
  await driver.type(await find('textarea', ''), 'How long does the soup take?');
  await driver.click(await find('button', 'Send'));
  await find(SPEAKABLE, 'You asked: How long');
  const silent = ear.heardSamples;
  await driver.click(await find('button', 'Listen'));
  await find('button', 'Pause');
  await find('article.assistant', 'while the next one is being made');
  const { status, text } = await driver.run(async () => {
    const player = /** @type {any} */ (document.querySelector('saywell-player'));
    while (player.state.status !== 'failed' && player.state.position < 1) await new Promise((resolve) => setTimeout(resolve, 20));
    return { status: player.state.status, text: String(player.state.failure?.message) };
  });
  assert.equal(status, 'playing', text);
  assert.ok(ear.since(silent).some((sample) => Math.abs(sample) > 0.05), 'it can be heard');
  const complaints = /** @type {{ level: string, message: string }[]} */ (await driver.vendor('/se/log', { type: 'browser' }));
  assert.deepEqual(complaints.filter(({ level }) => level === 'SEVERE').map(({ message }) => message), []);
});

test('without speech the chat is a chat, and no player is on its page', async () => {
  const port = await freePort();
  const silent = start('python3', [`${FOLDER}app.py`], { env: { PORT: String(port), TTS_JWT_SECRET: SECRET, TTS_ENABLED: 'false' } });
  try {
    await ready(silent, () => answers(`http://127.0.0.1:${port}/rooms/lobby`));
    const [page, spoken] = await Promise.all([`http://127.0.0.1:${port}/`, chat].map(async (url) => (await fetch(url)).text()));
    assert.match(page ?? '', /Welcome\. Ask me something/);
    assert.doesNotMatch(page ?? '', /saywell-player|define\.js/);
    assert.match(spoken ?? '', /<saywell-player[^]*define\.js|define\.js[^]*<saywell-player/);
  } finally {
    await silent.stop();
  }
});

test('`run` starts both on the ports it is told', async () => {
  const [port, gatewayPort, data] = [await freePort(), await freePort(), await mkdtemp(join(tmpdir(), 'saywell-example-'))];
  const both = start(`${FOLDER}run`, [], {
    env: { PORT: String(port), SAYWELL_PORT: String(gatewayPort), PYTHON: 'python3', TTS_DATA_DIR: data, TTS_JWT_SECRET: SECRET },
  });
  try {
    await ready(both, async () => (await answers(`http://127.0.0.1:${gatewayPort}/readyz`)) && answers(`http://127.0.0.1:${port}/`));
    const page = await (await fetch(`http://127.0.0.1:${port}/`)).text();
    assert.ok(page.includes(`http://127.0.0.1:${gatewayPort}/player/define.js`), page);
  } finally {
    await both.stop();
    await rm(data, { recursive: true, force: true });
  }
});
