// OpenAI's own JavaScript SDK as a client of the gateway, unchanged but for its base URL.
// Run with: tools/test.sh sdk-javascript

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import OpenAI from "openai";
import { OpenAIRealtimeWebSocket } from "openai/realtime/websocket";
import { OpenAIRealtimeWS } from "openai/realtime/ws";
import WebSocket from "ws";
import { startGateway } from "./gateway.js";
import { startTls } from "./tls.js";

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

/** Has a text said over a Realtime connection that is being opened; answers with its sound, its transcript and its last event. */
const overRealtime = (connection, text) =>
  new Promise((done, failed) => {
    const pieces = [];
    let transcript = "";
    connection.on("error", failed);
    connection.on("session.created", () => {
      connection.send({ type: "session.update", session: { type: "realtime", audio: { output: { voice: "heart" } } } });
      connection.send({ type: "conversation.item.create", item: { type: "message", role: "user", content: [{ type: "input_text", text }] } });
      connection.send({ type: "response.create" });
    });
    connection.on("response.output_audio.delta", ({ delta }) => pieces.push(Buffer.from(delta, "base64")));
    connection.on("response.output_audio_transcript.delta", ({ delta }) => (transcript += delta));
    connection.on("response.done", ({ response }) => {
      connection.close();
      done({ sound: Buffer.concat(pieces), transcript, response });
    });
  });

test("both clients for Realtime speak, each with its way to show a key", async (t) => {
  const locked = await startGateway({ TTS_AUTH: "key" });
  t.after(() => locked.stop());
  // They know encrypted connections only.
  const tls = await startTls(locked.url);
  t.after(() => tls.stop());
  const authority = { ca: tls.authority };
  // In the place of a browser's own, which Node.js has from version 22 on and cannot be told of the certificate.
  const own = globalThis.WebSocket;
  globalThis.WebSocket = class extends WebSocket {
    constructor(url, protocols) {
      super(url, protocols, authority);
    }
  };
  t.after(() => (globalThis.WebSocket = own));

  const plain = new OpenAI({ baseURL: `${locked.url}/v1`, apiKey: await locked.mint() });
  const expected = Buffer.from(await (await plain.audio.speech.create({ model: "tts-1", voice: "heart", input: TEXT, response_format: "pcm" })).arrayBuffer());
  const realtime = new OpenAI({ baseURL: `${tls.url}/v1`, apiKey: plain.apiKey });
  const model = "gpt-realtime-2.1-mini";
  const open = {
    OpenAIRealtimeWS: (client) => new OpenAIRealtimeWS({ model, options: authority }, client),
    OpenAIRealtimeWebSocket: (client) => new OpenAIRealtimeWebSocket({ model }, client),
  };
  for (const [name, connect] of Object.entries(open)) {
    const { sound, transcript, response } = await overRealtime(connect(realtime), TEXT);
    assert.equal(response.status, "completed", name);
    assert.equal(transcript, TEXT, name);
    assert.deepEqual(sound, expected, `${name}: the same engine, the same cache`);
    const stranger = new OpenAI({ baseURL: `${tls.url}/v1`, apiKey: "not-a-key" });
    await assert.rejects(overRealtime(connect(stranger), TEXT), /401/, name);
  }
});
