// LobeChat's library for speech as a client of the gateway: as it runs in its pages, and as it runs in its server.
// Run with: make test-clients

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { OpenAITTS } from "@lobehub/tts";
import { createOpenaiAudioSpeech } from "@lobehub/tts/server";
import OpenAI from "openai";
import { startGateway } from "../sdk/gateway.js";

const TEXT = "The deployment finished at half past nine. Two checks are still running.";

/** @type {Awaited<ReturnType<typeof startGateway>>} */
let gateway;
let key;

before(async () => {
  gateway = await startGateway({ TTS_AUTH: "key" });
  key = await gateway.mint();
}, { timeout: 60_000 });

after(async () => gateway?.stop());

const asked = (voice) => ({ input: TEXT, options: { model: "tts-1", voice } });
const sound = async (response) => {
  assert.equal(response.headers.get("content-type"), "audio/mpeg");
  return Buffer.from(await response.arrayBuffer());
};

test("speaks in a page and in a server, the same in both", async () => {
  const page = new OpenAITTS({ OPENAI_API_KEY: key, OPENAI_PROXY_URL: `${gateway.url}/v1` });
  const openai = new OpenAI({ apiKey: key, baseURL: `${gateway.url}/v1` });
  for (const voice of ["alloy", "heart"]) {
    const inPage = await sound(await page.create(asked(voice)));
    assert.ok(inPage.length > 10_000, `${inPage.length} bytes`);
    assert.deepEqual(await sound(await createOpenaiAudioSpeech({ openai, payload: asked(voice) })), inPage);
  }
});

test("a wrong key is told of", async () => {
  const page = new OpenAITTS({ OPENAI_API_KEY: "not-a-key", OPENAI_PROXY_URL: `${gateway.url}/v1` });
  const response = await page.create(asked("alloy"));
  assert.equal(response.status, 401);
  assert.equal((await response.json()).error.code, "unauthorized");
});
