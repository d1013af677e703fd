// ElevenLabs' own JavaScript SDK as a client of the gateway, unchanged but for its base URL.
// Run with: tools/test.sh sdk-javascript

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { ElevenLabsClient } from "@elevenlabs/elevenlabs-js";
import { startGateway } from "./gateway.js";

const TEXT = "The deployment finished at half past nine. Two checks are still running.";

/** @type {Awaited<ReturnType<typeof startGateway>>} */
let gateway;
/** @type {ElevenLabsClient} */
let client;

before(async () => {
  gateway = await startGateway();
  client = new ElevenLabsClient({ baseUrl: `${gateway.url}/elevenlabs`, apiKey: "not-needed" });
}, { timeout: 60_000 });

after(async () => gateway?.stop());

const bytes = async (stream) => {
  const pieces = [];
  for await (const piece of stream) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
};
const asked = { text: TEXT, modelId: "eleven_multilingual_v2", outputFormat: "pcm_24000" };

test("speaks, whole and as a stream", async () => {
  const whole = await bytes(await client.textToSpeech.convert("heart", asked));
  const seconds = whole.length / 48_000;
  assert.ok(seconds > 2.5 && seconds < 10, `${seconds} seconds`);
  assert.deepEqual(await bytes(await client.textToSpeech.stream("heart", asked)), whole);
});

test("tells when each character is heard", async () => {
  const whole = await client.textToSpeech.convertWithTimestamps("heart", asked);
  assert.equal(whole.alignment.characters.join(""), TEXT);
  const seconds = Buffer.from(whole.audioBase64, "base64").length / 48_000;
  assert.ok(Math.abs(whole.alignment.characterEndTimesSeconds.at(-1) - seconds) < 0.1);
  const letters = [];
  for await (const piece of await client.textToSpeech.streamWithTimestamps("heart", asked)) letters.push(...(piece.alignment?.characters ?? []));
  assert.equal(letters.join(""), TEXT);
});

test("lists its voices and models", async () => {
  const { voices } = await client.voices.getAll();
  assert.ok(voices.some((voice) => voice.voiceId === "heart"));
  const page = await client.voices.search({ pageSize: 1 });
  assert.deepEqual([page.voices.length, page.totalCount], [1, voices.length]);
  const models = await client.models.list();
  assert.ok(models.some((model) => model.modelId === "local"));
});

test("a mistake is the SDK's own error and names the field", async () => {
  await assert.rejects(client.textToSpeech.convert("nobody", asked), (error) => {
    assert.equal(error.statusCode, 404);
    assert.equal(error.body.detail.status, "voice_not_found");
    assert.equal(error.body.detail.param, "voice_id");
    return true;
  });
});
