// Where the sentences of a text end, as far as can be told while it is written.

/** Marks that end a sentence, with what closes after them. */
const SENTENCE_END = /[.!?…:]["'”’»)\]*_]*(?=\s)|[。！？।؟]["”’』」）]*/gu;

/**
 * What of a text that a page has drawn so far can no longer change: up to the last end of a sentence or
 * block that something follows. Renderers draw markup that is not closed yet as it stands.
 *
 * @param {string} text
 */
export function settled(text) {
  let end = 0;
  for (const { 0: mark, index } of text.matchAll(SENTENCE_END)) {
    if (/\S/.test(text.slice(index + mark.length))) end = index + mark.length;
  }
  const block = text.lastIndexOf('\n\n');
  if (block > end && /\S/.test(text.slice(block))) end = block + 2;
  return text.slice(0, end);
}

/** Whether a sentence of a text is finished: something follows it. @param {string} text */
export function hasSentence(text) {
  return /\p{L}|\p{N}/u.test(settled(text));
}

/** Whether a writer who pauses here may have finished what they say. @param {string} text */
export function endsLikeASentence(text) {
  const line = text.trimEnd().split('\n').at(-1) ?? '';
  const fences = text.match(/^ *(```|~~~)/gm)?.length ?? 0;
  return fences % 2 === 0 && !/^\s*\|/.test(line) && (/[.!?…:。！？।؟]["'”’»)\]*_』」）]*$/u.test(line) || /^ *(```|~~~)$/.test(line));
}
