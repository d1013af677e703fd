// Captions on their way from the gateway into the store: line by line while the sound is made, or
// all at once when it is complete.

import { unreadable } from './gateway.js';

/** @typedef {import('./player-store.js').Caption} Caption */
/** @typedef {{ utterances: Caption[], words: Caption[] }} Arrival */

const encoder = new TextEncoder();

/** How long a text is in the bytes that captions count in. @param {string} text */
export function byteLength(text) {
  return encoder.encode(text).length;
}

/** What of a text comes before a byte, without a character that is cut. @param {string} text @param {number} byte */
export function untilByte(text, byte) {
  return new TextDecoder().decode(encoder.encode(text).subarray(0, byte), { stream: true });
}

/** What of a text comes after a byte. @param {string} text @param {number} byte */
export function afterByte(text, byte) {
  return new TextDecoder().decode(encoder.encode(text).subarray(byte));
}

/**
 * The index of the caption that is spoken at a moment: the last one that has begun, or -1.
 *
 * @param {readonly { start: number }[]} captions  in order of `start`
 * @param {number} position  seconds
 */
export function captionAt(captions, position) {
  let low = 0;
  let high = captions.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (Number(captions[middle]?.start) <= position) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/**
 * Tells where in the reply each word of an utterance stands, asked for one after the other. What is said
 * otherwise than it is written stands for the whole utterance.
 *
 * @param {Uint8Array} reply
 * @param {[number, number]} source  the utterance's bytes
 * @returns {(word: string) => [number, number]}
 */
export function placesIn(reply, source) {
  const written = new TextDecoder().decode(reply.subarray(...source));
  let read = 0;
  return (word) => {
    const found = written.indexOf(word, read);
    if (found < 0) return source;
    read = found + word.length;
    const from = source[0] + byteLength(written.slice(0, found));
    return [from, from + byteLength(word)];
  };
}

/**
 * One utterance with its words a line, as the gateway writes them while it speaks.
 *
 * @param {ReadableStream<Uint8Array<ArrayBuffer>>} stream
 * @returns {AsyncGenerator<Arrival>}
 */
export async function* captionLines(stream) {
  const decoder = new TextDecoder();
  const reader = stream.getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    rest += done ? decoder.decode() : decoder.decode(value, { stream: true });
    const lines = rest.split('\n');
    rest = done ? '' : (lines.pop() ?? '');
    for (const line of lines) {
      if (line.trim() === '') continue;
      const { words, ...utterance } = parse(line);
      yield { utterances: [caption(utterance)], words: (words ?? []).map(caption) };
    }
    if (done) return;
  }
}

/**
 * The captions of a complete rendition, and how long it is in seconds.
 *
 * @param {ReadableStream<Uint8Array<ArrayBuffer>>} stream
 * @returns {Promise<Arrival & { duration: number }>}
 */
export async function wholeCaptions(stream) {
  const { utterances, words, duration_seconds: duration } = parse(await new Response(stream).text());
  return { utterances: (utterances ?? []).map(caption), words: (words ?? []).map(caption), duration: Number(duration) || 0 };
}

/** @param {string} json */
function parse(json) {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw unreadable(cause);
  }
}

/**
 * A caption as the gateway writes it.
 *
 * @param {any} given
 * @returns {Caption}
 */
export function caption({ text, start, end, source, provider, voice }) {
  const said = { text: String(text), start: Number(start), end: Number(end), source: /** @type {[number, number]} */ ([Number(source?.[0]), Number(source?.[1])]) };
  return voice ? { ...said, provider: String(provider ?? ''), voice: String(voice) } : said;
}

/**
 * Captions of sound that is heard from a moment on.
 *
 * @param {Caption[]} captions
 * @param {number} second
 */
export function later(captions, second) {
  return captions.map((caption) => ({ ...caption, start: caption.start + second, end: caption.end + second }));
}
