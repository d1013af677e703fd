// A script without the gateway: enough for the browser's own voice when nobody can be asked. What is
// not to be said is blanked out in place, so that every sentence keeps its bytes of the reply.

/** @typedef {import('./gateway.js').Script} Script */

/** What becomes blank, in this order: nothing of it is speech. */
const UNSPOKEN = [
  /^(```|~~~)[^\n]*\n[\s\S]*?(?:^\1[^\n]*$|$(?![\s\S]))/gm, // fenced code, also one still open
  /<(think|thinking|reasoning)>[\s\S]*?(?:<\/\1>|$(?![\s\S]))/gi,
  /!\[[^\]]*\]\([^)\s]*[^)]*\)/g, // pictures
  /\]\([^)\s]*[^)]*\)/g, // where links lead
  /\bhttps?:\/\/\S+/g,
  /<\/?[a-z][^>\n]*>|<!--[\s\S]*?-->/gi,
  /^[ \t]*\|?[ \t]*:?-{3,}[-:| \t]*$/gm, // rulers, of tables too
  /^[ \t]{0,3}(?:#{1,6}|>+|[-*+]|\d{1,3}[.)])(?=\s)/gm,
  /(?<!\w)[*_~]{1,3}(?=\S)|(?<=\S)[*_~]{1,3}(?!\w)|[`|[\]]/g,
];

/**
 * @param {string} reply
 * @param {string} [language]  BCP 47, helps to find where sentences end
 * @returns {Script}
 */
export function plainScript(reply, language) {
  let text = reply;
  for (const pattern of UNSPOKEN) text = text.replace(pattern, (found) => found.replace(/[^\n]/g, ' '));
  const encoder = new TextEncoder();
  const utterances = [];
  let [bytes, at] = [0, 0];
  for (const [from, to] of sentences(text, language)) {
    bytes += encoder.encode(reply.slice(at, from)).length;
    const until = bytes + encoder.encode(reply.slice(from, to)).length;
    const said = text.slice(from, to).replace(/\s+/g, ' ').replace(/ (?=[.,;:!?])/g, '');
    utterances.push({ text: said, source: /** @type {[number, number]} */ ([bytes, until]), language: null });
    [bytes, at] = [until, to];
  }
  return { language: language ?? null, utterances };
}

/**
 * Where each sentence begins and ends, without the white space around it.
 *
 * @param {string} text
 * @param {string} [language]
 * @returns {Generator<[number, number]>}
 */
function* sentences(text, language) {
  const segmenter = new Intl.Segmenter(language, { granularity: 'sentence' });
  for (const { 0: line, index } of text.matchAll(/[^\n]+/g)) {
    for (const { segment, index: within } of segmenter.segment(line)) {
      if (!/[\p{L}\p{N}]/u.test(segment)) continue;
      const from = index + within + segment.length - segment.trimStart().length;
      yield [from, index + within + segment.trimEnd().length];
    }
  }
}
