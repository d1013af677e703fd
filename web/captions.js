// Captions on their way from the gateway into the store: line by line while the sound is made, or
// all at once when it is complete.

import { PlayerError } from './gateway.js';

/** @typedef {import('./player-store.js').Caption} Caption */
/** @typedef {{ utterances: Caption[], words: Caption[] }} Arrival */

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
 * The captions of a complete rendition.
 *
 * @param {ReadableStream<Uint8Array<ArrayBuffer>>} stream
 * @returns {Promise<Arrival>}
 */
export async function wholeCaptions(stream) {
  const { utterances, words } = parse(await new Response(stream).text());
  return { utterances: (utterances ?? []).map(caption), words: (words ?? []).map(caption) };
}

/** @param {string} json */
function parse(json) {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new PlayerError('unreachable', 'The speech server sent captions that make no sense.', { cause });
  }
}

/**
 * @param {any} given
 * @returns {Caption}
 */
function caption({ text, start, end, source }) {
  return { text: String(text), start: Number(start), end: Number(end), source: [Number(source?.[0]), Number(source?.[1])] };
}
