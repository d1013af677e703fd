// Microsoft's own Speech SDK against the stand-in for Azure that the provider's tests use: its frames are right when the
// SDK takes them.
//
// Run with: tools/test.sh sdk-javascript

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import sdk from "microsoft-cognitiveservices-speech-sdk";
import { startStub } from "./stub.js";

const VOICE = "en-US-AvaMultilingualNeural";
let stub;

before(async () => {
  stub = await startStub("azure");
});
after(() => stub.stop());

function synthesizer(url, voice = VOICE) {
  const socket = new URL(`${url.replace("http", "ws")}/cognitiveservices/websocket/v1`);
  const config = sdk.SpeechConfig.fromEndpoint(socket, "a-key");
  config.speechSynthesisOutputFormat = sdk.SpeechSynthesisOutputFormat.Raw24Khz16BitMonoPcm;
  config.speechSynthesisVoiceName = voice;
  return new sdk.SpeechSynthesizer(config, null);
}

/** What becomes of speaking, with the words that were told of on the way. */
async function speak(synthesizer, say) {
  const words = [];
  synthesizer.wordBoundary = (_, event) => {
    words.push({ text: event.text, at: event.textOffset, ticks: event.audioOffset, kind: event.boundaryType });
  };
  try {
    const result = await new Promise((done, failed) => say(synthesizer, done, failed));
    return { result, words };
  } finally {
    await new Promise((done) => synthesizer.close(done, done));
  }
}

test("text is spoken whole, and its words are told", async () => {
  const text = "The cat & the other.";
  const { result, words } = await speak(synthesizer(stub.url), (to, done, failed) => to.speakTextAsync(text, done, failed));
  assert.equal(result.reason, sdk.ResultReason.SynthesizingAudioCompleted);
  assert.equal(result.audioData.byteLength, 2 * Math.trunc(text.length * 0.06 * 24_000));
  assert.deepEqual(
    words.map(({ text, kind }) => [text, kind]),
    [...["The", "cat", "the", "other"].map((word) => [word, "WordBoundary"]), [".", "PunctuationBoundary"]],
  );
  assert.equal(words[1].ticks, 4 * 600_000);
});

test("SSML is spoken, and its words are found in it", async () => {
  const ssml =
    "<speak version='1.0' xmlns='http://www.w3.org/2001/10/synthesis' xml:lang='en-US'>" +
    `<voice name='${VOICE}'>One <break time='1s'/>two</voice></speak>`;
  const { result, words } = await speak(synthesizer(stub.url), (to, done, failed) => to.speakSsmlAsync(ssml, done, failed));
  assert.equal(result.reason, sdk.ResultReason.SynthesizingAudioCompleted);
  assert.equal(words[1].at, ssml.indexOf("two"));
});

test("one turn follows the other over a connection", async () => {
  const own = await startStub("azure");
  try {
    const speaker = synthesizer(own.url);
    for (const text of ["One.", "Two, three."]) {
      const result = await new Promise((done, failed) => speaker.speakTextAsync(text, done, failed));
      assert.equal(result.audioData?.byteLength, 2 * Math.trunc(text.length * 0.06 * 24_000));
    }
    await new Promise((done) => speaker.close(done, done));
    assert.equal((await own.requests()).length, 1);
  } finally {
    await own.stop();
  }
});

test("a voice that is not there is a bad request", async () => {
  const { result } = await speak(synthesizer(stub.url, "xx-XX-NobodyNeural"), (to, done, failed) =>
    to.speakTextAsync("Hello.", done, failed),
  );
  assert.equal(result.reason, sdk.ResultReason.Canceled);
  assert.match(result.errorDetails, /1007/);
});

test("the list of voices is read", async () => {
  // The SDK has no way to read the list from another address but a custom host's own.
  const answer = await fetch(`${stub.url}/cognitiveservices/voices/list`, { headers: { "Ocp-Apim-Subscription-Key": "a-key" } });
  const voices = (await answer.json()).map((voice) => new sdk.VoiceInfo(voice));
  const ava = voices.find((voice) => voice.shortName === VOICE);
  assert.equal(ava.gender, sdk.SynthesisVoiceGender.Female);
  assert.equal(ava.locale, "en-US");
  assert.deepEqual(ava.secondaryLocaleList, ["de-DE", "fr-FR"]);
});
