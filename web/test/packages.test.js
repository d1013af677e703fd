// The package as it is published, in projects of their own: what bundlers make of it, and its adapters with
// the libraries they are for. Those are fetched from the registry, so this is run when asked for:
// `npm run test:packages`.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { freePort } from './support/programs.js';
import { startWorld } from './support/world.js';

/** @typedef {import('./support/world.js').Probe} Probe */

const WEB = fileURLToPath(new URL('../', import.meta.url));
const run = promisify(execFile);
const npm = (/** @type {string} */ cwd, /** @type {string[]} */ ...args) => run('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], { cwd, maxBuffer: 1 << 26 });
const PEERS = ['vite@8', 'webpack@5', 'webpack-cli@7', 'react@19', 'react-dom@19', '@assistant-ui/react@0.15'];

const folder = await mkdtemp(join(tmpdir(), 'saywell-packages-'));
await npm(WEB, 'pack', '--pack-destination', folder);
const [packed = ''] = await readdir(folder);
/** Where what was built is served: an origin of its own. */
const port = await freePort();
const world = await startWorld('chromium', { TTS_CORS_ORIGINS: `http://127.0.0.1:${port}` });
after(async () => {
  await world.stop();
  await rm(folder, { recursive: true, force: true });
});

/** A project with the package and others. @param {string} name @param {Record<string, string>} files @param {string[]} packages */
async function project(name, files, packages) {
  const home = join(folder, name);
  await mkdir(home);
  await writeFile(join(home, 'package.json'), JSON.stringify({ name, private: true, type: 'module' }));
  for (const [path, text] of Object.entries(files)) await writeFile(join(home, path), text);
  await npm(home, 'install', join(folder, packed), ...packages);
  return home;
}

const MESSAGE = '<article class="assistant" data-message-id="a"><p>The ferry leaves at nine. Bring a warm coat, because the wind is cold in the morning, and nobody will wait for those who are late.</p></article>';
const CHAT = `<main><h1>Chat</h1>${MESSAGE}<div id="root"></div></main>`;
const PAGE = (/** @type {string} */ script) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Chat</title><link rel="icon" href="data:,"></head><body>${CHAT}${script}</body></html>`;

const ASSISTANT = `
import { createElement as h } from 'react';
import { createRoot } from 'react-dom/client';
import { ActionBarPrimitive, AssistantRuntimeProvider, MessagePrimitive, ThreadPrimitive, useLocalRuntime } from '@assistant-ui/react';
import { SaywellSpeechAdapter } from 'saywell-player/assistant-ui';
const speech = new SaywellSpeechAdapter();
const Message = () => h(MessagePrimitive.Root, null, h(MessagePrimitive.Parts), h(ActionBarPrimitive.Root, null,
  h(ActionBarPrimitive.Speak, null, 'Read aloud'), h(ActionBarPrimitive.StopSpeaking, null, 'Silence')));
function Chat() {
  const runtime = useLocalRuntime({ async run() { return { content: [{ type: 'text', text: 'Nothing more.' }] }; } }, {
    initialMessages: [{ role: 'assistant', content: [{ type: 'text', text: 'The **market** opens at seven and closes at noon.' }] }],
    adapters: { speech },
  });
  return h(AssistantRuntimeProvider, { runtime }, h(ThreadPrimitive.Root, null, h(ThreadPrimitive.Messages, { components: { Message } })));
}
createRoot(document.getElementById('root')).render(h(Chat));
`;

/** Serves what a bundler has written, and visits it. @param {string} built @param {() => Promise<void>} visit */
async function visiting(built, visit) {
  const types = /** @type {Record<string, string>} */ ({ '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' });
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://here').pathname;
    const text = await readFile(join(built, path === '/' ? 'index.html' : path)).catch(() => null);
    if (text === null) return void response.writeHead(404).end();
    const page = path === '/' ? text.toString().replace('<head>', `<head><script src="${world.url}test/probe.js"></script>`) : text;
    response.writeHead(200, { 'Content-Type': types[path === '/' ? '.html' : extname(path)] ?? 'application/octet-stream' }).end(page);
  });
  await new Promise((ready) => server.listen(port, '127.0.0.1', () => ready(null)));
  try {
    await world.driver.goto(`http://127.0.0.1:${port}/`);
    await visit();
    assert.deepEqual(await world.driver.run(() => /** @type {Probe} */ (window).probe.complaints), []);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const MAIN = (/** @type {string} */ more = '') => `
import 'saywell-player/define.js';
const player = document.createElement('saywell-player');
player.setAttribute('messages', '.assistant');
player.setAttribute('server', '${world.gateway.url}');
player.setAttribute('captions', 'bar');
document.body.append(player);
document.documentElement.lang = 'de';
${more}`;

/** What the package does in a bundle: parts that come later are found, in the page's language. */
async function works() {
  await world.listen(0, '^Anhören');
  await world.heard(0.3);
  await world.control('button', '^Mehr$', 0);
}

test('in a fresh Vite project it is built, heard, and read aloud by assistant-ui', async () => {
  const home = await project('in-vite', { 'index.html': PAGE('<script type="module" src="/main.js"></script>'), 'main.js': MAIN("import('./assistant.js');"), 'assistant.js': ASSISTANT }, PEERS);
  await run(process.execPath, ['node_modules/vite/bin/vite.js', 'build'], { cwd: home });
  await visiting(join(home, 'dist'), async () => {
    await works();
    await world.click('button', '^Read aloud$');
    await world.until(async () => (await world.state()).captions.utterances.some(({ text }) => /market opens/.test(text)), 'the reply of assistant-ui');
    await world.heard(0.2);
    await world.click('button', '^Silence$');
    await world.reaches('idle');
    await world.click('button', '^Read aloud$');
    await world.reaches('ended');
    // It knows that it is over, and offers to read again.
    await world.control('button', '^Read aloud$');
  });
});

test('in a fresh webpack project it is built, and heard', async () => {
  const home = join(folder, 'in-vite');
  await writeFile(join(home, 'webpack.config.js'), "export default { mode: 'production', entry: './plain.js', output: { path: import.meta.dirname + '/packed', publicPath: '/' }, performance: { hints: false } };");
  await writeFile(join(home, 'plain.js'), MAIN());
  await run(process.execPath, ['node_modules/webpack/bin/webpack.js'], { cwd: home });
  await writeFile(join(home, 'packed/index.html'), PAGE('<script src="/main.js"></script>'));
  await visiting(join(home, 'packed'), works);
});

for (const version of ['6', '7']) {
  test(`with version ${version} of the AI SDK, text becomes speech, and errors are its own`, async () => {
    const program = `
      import * as ai from 'ai';
      import { WebSocket } from 'ws';
      import { createSaywell } from 'saywell-player/ai-sdk';
      const saywell = createSaywell({ baseURL: process.env.GATEWAY, WebSocket });
      const generate = ai.generateSpeech ?? ai.experimental_generateSpeech;
      const { audio, responses, warnings, providerMetadata } = await generate({ model: saywell.speech(), text: 'The **ferry** leaves at nine.', outputFormat: 'wav', speed: 1.1 });
      const { audio: other, warnings: told } = await generate({ model: saywell.speech(), text: 'At nine.', outputFormat: 'aiff' });
      let refused;
      await generate({ model: saywell.speech(), text: '…', maxRetries: 0 }).catch((error) => (refused = [ai.APICallError.isInstance(error), error.statusCode, error.data.code]));
      let streamed = null;
      if (ai.experimental_streamSpeech) {
        async function* pieces() { for (const piece of ['The ferry leaves at ', 'nine. ', 'Be there.']) yield piece; }
        const result = ai.experimental_streamSpeech({ model: saywell.speech(), text: pieces(), outputFormat: { type: 'audio/pcm' } });
        let [bytes, chunks] = [0, 0];
        for await (const chunk of result.audioStream) [bytes, chunks] = [bytes + (chunk.audio ?? chunk).length, chunks + 1];
        const metadata = await result.providerMetadata;
        streamed = { seconds: bytes / 48000, chunks, told: metadata.saywell };
      }
      console.log(JSON.stringify({ type: audio.mediaType, head: Buffer.from(audio.uint8Array.slice(0, 4)).toString(), length: audio.uint8Array.length, model: responses[0].modelId, warnings, other: other.mediaType, told, refused, streamed, provider: providerMetadata.saywell?.provider }));
    `;
    const home = await project(`with-ai-${version}`, { 'program.js': program }, [`ai@${version}`, 'ws@8']);
    const { stdout } = await run(process.execPath, ['program.js'], { cwd: home, env: { ...process.env, GATEWAY: world.gateway.url } });
    const told = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
    assert.deepEqual([told.type, told.head, told.model, told.warnings, told.provider], ['audio/wav', 'RIFF', 'default', [], 'local']);
    assert.ok(told.length > 40_000, `${told.length} bytes`);
    assert.deepEqual([told.other, told.told.length], ['audio/mpeg', 1], 'another format, and a warning');
    assert.deepEqual(told.refused, [true, 400, 'nothing_to_say']);
    if (version === '6') return;
    assert.ok(told.streamed.seconds > 1.5 && told.streamed.chunks > 1, JSON.stringify(told.streamed));
    assert.ok(Math.abs(told.streamed.told.seconds - told.streamed.seconds) < 0.2, JSON.stringify(told.streamed));
  });
}
