export type Caption = import('./player-store.js').Caption;
export type Arrival = {
    utterances: Caption[];
    words: Caption[];
};
/** @typedef {import('./player-store.js').Caption} Caption */
/** @typedef {{ utterances: Caption[], words: Caption[] }} Arrival */
/**
 * One utterance with its words a line, as the gateway writes them while it speaks.
 *
 * @param {ReadableStream<Uint8Array<ArrayBuffer>>} stream
 * @returns {AsyncGenerator<Arrival>}
 */
export declare function captionLines(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<Arrival>;
/**
 * The captions of a complete rendition.
 *
 * @param {ReadableStream<Uint8Array<ArrayBuffer>>} stream
 * @returns {Promise<Arrival>}
 */
export declare function wholeCaptions(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<Arrival>;
