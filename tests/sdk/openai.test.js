// OpenAI's own JavaScript SDK as a client of the gateway, unchanged but for its base URL.
// Run with: tools/test.sh sdk-javascript

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import OpenAI from "openai";
import { startGateway } from "./gateway.js";

const TEXT = "The deployment finished at half past nine. Two checks are still running.";
const LONG_TEXT = Array.from(
  { length: 70 },
  (_, step) => `Step ${step + 1} of the plan copies ${(step + 1) * 3} files and then verifies every one of them.`,
).join(" ");

/** @type {Awaited<ReturnType<typeof startGateway>>} */
let gateway;
/** @type {OpenAI} */
let client;

before(async () => {
  gateway = await startGateway();
  client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: "not-needed", maxRetries: 0 });
}, { timeout: 60_000 });

after(async () => gateway?.stop());

const speak = (changes = {}) => client.audio.speech.create({ model: "gpt-4o-mini-tts", voice: "alloy", input: TEXT, ...changes });

test("speaks mp3 unless asked otherwise", async () => {
  const response = await speak();
  assert.equal(response.headers.get("content-type"), "audio/mpeg");
  const sound = Buffer.from(await response.arrayBuffer());
  assert.ok(sound.length > 10_000, `${sound.length} bytes`);
});

test("every format starts as that format does", async () => {
  const starts = { opus: "OggS", flac: "fLaC", wav: "RIFF" };
  for (const [format, start] of Object.entries(starts)) {
    const sound = Buffer.from(await (await speak({ response_format: format })).arrayBuffer());
    assert.equal(sound.toString("latin1", 0, 4), start);
  }
  const pcm = await (await speak({ response_format: "pcm" })).arrayBuffer();
  const seconds = pcm.byteLength / 2 / 24_000;
  assert.ok(seconds > 2.5 && seconds < 10, `${seconds} seconds`);
});

test("the first sound comes long before the last", async () => {
  const begun = performance.now();
  const response = await speak({ input: `Streaming to JavaScript. ${LONG_TEXT}` });
  const arrivals = [];
  for await (const _ of response.body) arrivals.push(performance.now() - begun);
  assert.ok(arrivals[0] < arrivals.at(-1) / 4, `first after ${arrivals[0]} ms, last after ${arrivals.at(-1)} ms`);
});

test("server-sent events carry the same sound", async () => {
  const input = "This goes out as events.";
  const plain = Buffer.from(await (await speak({ input })).arrayBuffer());
  const text = await (await speak({ input, stream_format: "sse" })).text();
  const events = text.split("\n").filter((line) => line.startsWith("data: ")).map((line) => JSON.parse(line.slice(6)));
  assert.equal(events.at(-1).type, "speech.audio.done");
  const sound = Buffer.concat(events.slice(0, -1).map((event) => Buffer.from(event.audio, "base64")));
  assert.deepEqual(sound, plain);
});

test("a mistake is the SDK's own error and names the field", async () => {
  await assert.rejects(speak({ voice: "nobody" }), (error) => {
    assert.ok(error instanceof OpenAI.BadRequestError);
    assert.equal(error.code, "unknown_voice");
    assert.equal(error.param, "voice");
    return true;
  });
});

test("lists its models", async () => {
  const models = [];
  for await (const model of client.models.list()) models.push(model.id);
  assert.ok(models.includes("tts-1"), models.join(", "));
});
