// Vercel's AI SDK as a client of the gateway, with a key of the gateway's, unchanged but for its base URL.
// Run with: make test-clients

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { createOpenAI } from "@ai-sdk/openai";
import { APICallError, generateSpeech } from "ai";
import { startGateway } from "../sdk/gateway.js";

const TEXT = "The deployment finished at half past nine. Two checks are still running.";

/** @type {Awaited<ReturnType<typeof startGateway>>} */
let gateway;
let openai;

before(async () => {
  gateway = await startGateway({ TTS_AUTH: "key" });
  openai = createOpenAI({ baseURL: `${gateway.url}/v1`, apiKey: await gateway.mint() });
}, { timeout: 60_000 });

after(async () => gateway?.stop());

const speak = (changes = {}) => generateSpeech({ model: openai.speech("tts-1"), text: TEXT, voice: "heart", maxRetries: 0, ...changes });
const starts = { mp3: /^(\xff|ID3)/, opus: /^OggS/, flac: /^fLaC/, wav: /^RIFF/ };

test("speaks in each format, with a voice, a pace, a language and instructions", async () => {
  for (const [outputFormat, start] of Object.entries(starts)) {
    const { audio } = await speak({ outputFormat });
    assert.match(Buffer.from(audio.uint8Array).toString("latin1", 0, 4), start);
  }
  const pcm = async (changes) => (await speak({ outputFormat: "pcm", ...changes })).audio.uint8Array.length / 48_000;
  const seconds = await pcm();
  assert.ok(seconds > 2.5 && seconds < 8, `${seconds} seconds`);
  assert.ok((await pcm({ speed: 1.3 })) < seconds * 0.9);
  assert.equal(await pcm({ language: "en" }), seconds);
  assert.equal(await pcm({ instructions: "Warm and calm.", voice: "nova" }), seconds);
});

test("a mistake is the SDK's own error and has the gateway's words", async () => {
  await assert.rejects(speak({ voice: "nobody" }), (error) => {
    assert.ok(APICallError.isInstance(error), error);
    assert.equal(error.statusCode, 400);
    assert.equal(JSON.parse(error.responseBody).error.code, "unknown_voice");
    return true;
  });
});

test("who shows no key of the gateway's is told so", async () => {
  const stranger = createOpenAI({ baseURL: `${gateway.url}/v1`, apiKey: "not-a-key" });
  await assert.rejects(speak({ model: stranger.speech("tts-1") }), (error) => error.statusCode === 401);
});
