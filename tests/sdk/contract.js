// A client whose types `openapi-typescript` makes of the contract: what it does is checked by `tsc`, and then done.
//
//   node contract.js ADDRESS    tests/contract/test_clients.py does

import createClient from 'openapi-fetch';

/** @typedef {import('contract').paths} Paths */

const TEXT = 'A client with types says this.';
const [, , address = ''] = /** @type {{ argv: string[] }} */ (/** @type {any} */ (globalThis).process).argv;
const client = /** @type {ReturnType<typeof createClient<Paths>>} */ (createClient({ baseUrl: address }));

const config = await client.GET('/tts/config');
const script = await client.POST('/tts/script', { body: { text: TEXT } });
const model = await client.GET('/v1/models/{id}', { params: { path: { id: 'tts-1' } } });
const links = await client.POST('/tts', { body: { text: TEXT, format: 'mp3' }, headers: { Accept: 'application/json' } });
const spoken = await client.POST('/v1/audio/speech', { body: { input: TEXT }, parseAs: 'arrayBuffer' });
const refused = await client.POST('/tts', { body: { text: TEXT, voice: 'nobody' } });
if (!config.data?.enabled || !links.data || !spoken.data) throw new Error(JSON.stringify([config.error, links.error, spoken.error]));

console.log(
  JSON.stringify({
    provider: /** @type {{ provider: string }} */ (links.data).provider,
    language: script.data?.language,
    model: model.data?.id,
    bytes: spoken.data.byteLength,
    refused: [refused.response.status, refused.error?.error.code, refused.error?.error.param],
  }),
);
