// Microsoft's own Speech SDK as a client of the gateway, unchanged but for its host.
//
// Run with: tools/test.sh sdk-javascript

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import sdk from "microsoft-cognitiveservices-speech-sdk";
import { startGateway } from "./gateway.js";

const TEXT = "The deployment finished at noon. Two checks are still running.";
const { SpeechSynthesisOutputFormat: FORMATS, ResultReason } = sdk;

/** @type {Awaited<ReturnType<typeof startGateway>>} */
let gateway;

before(async () => {
  gateway = await startGateway();
}, { timeout: 60_000 });

after(async () => gateway?.stop());

/** @param {sdk.SpeechSynthesisOutputFormat} format */
function synthesizer(format, address = sdk.SpeechConfig.fromHost(new URL(gateway.url.replace("http", "ws")), "not-needed")) {
  address.speechSynthesisOutputFormat = format;
  address.speechSynthesisVoiceName = "heart";
  return new sdk.SpeechSynthesizer(address, null);
}

const close = (synthesizer) => new Promise((done) => synthesizer.close(done, done));
const text = (synthesizer, text) => new Promise((done, failed) => synthesizer.speakTextAsync(text, done, failed));
const ssml = (synthesizer, ssml) => new Promise((done, failed) => synthesizer.speakSsmlAsync(ssml, done, failed));

test("a text is heard, new and again, and its words are told when they sound", async () => {
  const speaker = synthesizer(FORMATS.Raw24Khz16BitMonoPcm);
  const words = [];
  speaker.wordBoundary = (_, event) => words.push(event);
  const first = await text(speaker, TEXT);
  assert.equal(first.reason, ResultReason.SynthesizingAudioCompleted, first.errorDetails);
  const seconds = first.audioData.byteLength / 48_000;
  assert.ok(seconds > 2.5 && seconds < 8, `${seconds} seconds`);
  assert.deepEqual(words.map((word) => word.text), TEXT.match(/\w+/g));
  const starts = words.map((word) => word.audioOffset / 10_000_000);
  assert.deepEqual(starts, [...starts].sort((a, b) => a - b));
  assert.ok(starts.at(-1) < seconds);
  assert.equal(words[1].textOffset, TEXT.indexOf("deployment"));
  // On the same connection, and out of the cache.
  words.length = 0;
  const again = await text(speaker, TEXT);
  assert.equal(Buffer.compare(Buffer.from(first.audioData), Buffer.from(again.audioData)), 0);
  assert.equal(words.length, 10);
  await close(speaker);
});

test("a sentence sounds before the last is made", async () => {
  const speaker = synthesizer(FORMATS.Audio24Khz48KBitRateMonoMp3);
  const pieces = [];
  speaker.synthesizing = (_, event) => pieces.push(event.result.audioData.byteLength);
  const result = await text(speaker, `This is said first. ${TEXT}`);
  assert.equal(result.reason, ResultReason.SynthesizingAudioCompleted, result.errorDetails);
  assert.ok(pieces.length > 1, `${pieces}`);
  await close(speaker);
});

test("samples come at the rate that is asked for", async () => {
  const lengths = {};
  for (const [rate, format] of [[16_000, FORMATS.Raw16Khz16BitMonoPcm], [24_000, FORMATS.Raw24Khz16BitMonoPcm], [48_000, FORMATS.Raw48Khz16BitMonoPcm], [24_001, FORMATS.Riff24Khz16BitMonoPcm]]) {
    const speaker = synthesizer(format);
    const result = await text(speaker, TEXT);
    assert.equal(result.reason, ResultReason.SynthesizingAudioCompleted, result.errorDetails);
    lengths[rate] = result.audioData.byteLength;
    await close(speaker);
  }
  const seconds = lengths[24_000] / 48_000;
  assert.ok(Math.abs(lengths[16_000] / 32_000 - seconds) < 0.01 && Math.abs(lengths[48_000] / 96_000 - seconds) < 0.01, JSON.stringify(lengths));
  // The SDK writes the header itself.
  assert.equal(lengths[24_001], lengths[24_000] + 44);
});

test("SSML is followed, by an endpoint as well", async () => {
  const socket = new URL(`${gateway.url.replace("http", "ws")}/cognitiveservices/websocket/v1`);
  const speaker = synthesizer(FORMATS.Raw24Khz16BitMonoPcm, sdk.SpeechConfig.fromEndpoint(socket, "not-needed"));
  const document = (said) => `<speak version='1.0' xmlns='http://www.w3.org/2001/10/synthesis' xml:lang='en-US'><voice name='heart'>${said}</voice></speak>`;
  const plain = await ssml(speaker, document("One two."));
  const paused = await ssml(speaker, document("One <break time='2s'/>two."));
  assert.ok(paused.audioData.byteLength > plain.audioData.byteLength + 48_000);
  // A text with nothing to say is a short silence, not an error.
  const silence = await ssml(speaker, document("…"));
  assert.equal(silence.reason, ResultReason.SynthesizingAudioCompleted, silence.errorDetails);
  assert.equal(silence.audioData.byteLength, 0.15 * 48_000);
  const broken = await ssml(speaker, "<speak>Hello.");
  assert.equal(broken.reason, ResultReason.Canceled);
  assert.match(broken.errorDetails, /Line 1, .*1007/s);
  await close(speaker);
});

test("who shows no key is not let in", async () => {
  const closed = await startGateway({ TTS_AUTH: "key" });
  try {
    const host = sdk.SpeechConfig.fromHost(new URL(closed.url.replace("http", "ws")), "wrong");
    const result = await text(synthesizer(FORMATS.Raw24Khz16BitMonoPcm, host), TEXT);
    assert.equal(result.reason, ResultReason.Canceled);
    assert.match(result.errorDetails, /401|1006/);
  } finally {
    await closed.stop();
  }
});
