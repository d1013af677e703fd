// OpenAI's own SDK in a page of another origin: a browser asks first whether it may, and shows the page no more than it is
// allowed to see.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

import { startGateway } from '../support/gateway.js';
import { page } from '../support/guide.js';

/** @typedef {import('../support/world.js').World} World */

const PAGE = `
  import OpenAI from 'openai';
  window.speech = async (baseURL, body) => {
    const client = new OpenAI({ apiKey: 'not-needed', baseURL, dangerouslyAllowBrowser: true, maxRetries: 0 });
    try {
      const answer = await client.audio.speech.create(body);
      const models = await client.models.list();
      const bytes = (await answer.arrayBuffer()).byteLength;
      return { type: answer.headers.get('content-type'), notes: answer.headers.get('x-tts-notes'), bytes, models: models.data.length };
    } catch (error) {
      return { status: error.status, code: error.code, param: error.param };
    }
  };`;

/** @param {World} world */
export function sdk(world) {
  test('OpenAI’s SDK speaks from a page of another origin', async () => {
    const origin = new URL(world.url).origin;
    const gateway = await startGateway({ TTS_AUTH: 'none', TTS_CORS_ORIGINS: origin });
    try {
      const { outputFiles } = await build({
        stdin: { contents: PAGE, resolveDir: fileURLToPath(new URL('../../../tests/sdk', import.meta.url)) },
        bundle: true,
        write: false,
        format: 'iife',
        platform: 'browser',
      });
      const policy = `default-src 'none'; script-src 'self'; connect-src ${new URL(gateway.url).origin}; img-src data:`;
      world.front.pages.set('/test/sdk.js', { text: outputFiles[0]?.text ?? '', type: '.js' });
      world.front.pages.set('/test/sdk.html', { text: page('', '<script src="/test/sdk.js"></script>'), policy });
      const speech = (/** @type {unknown} */ body) =>
        world.driver.run((base, body) => /** @type {any} */ (window).speech(base, body), `${gateway.url}v1`, body);
      // The browser tells of every answer that is an error.
      await world.visiting(
        '/test/sdk.html',
        async () => {
          const spoken = await speech({ model: 'tts-1', voice: 'alloy', input: 'Hello there.', response_format: 'aac' });
          assert.equal(spoken.type, 'audio/mpeg');
          assert.ok(spoken.bytes > 4_000 && spoken.models > 3, JSON.stringify(spoken));
          assert.match(spoken.notes, /no aac/, 'the page sees what is noted');
          const refused = await speech({ model: 'tts-1', voice: 'nobody', input: 'Hello there.' });
          assert.deepEqual(refused, { status: 400, code: 'unknown_voice', param: 'voice' });
        },
        { expected: /400/ },
      );
    } finally {
      await gateway.stop();
    }
  });
}
