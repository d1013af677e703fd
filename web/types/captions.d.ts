export type Caption = import('./player-store.js').Caption;
export type Arrival = {
    utterances: Caption[];
    words: Caption[];
};
/** How long a text is in the bytes that captions count in. @param {string} text */
export declare function byteLength(text: string): number;
/** What of a text comes before a byte, without a character that is cut. @param {string} text @param {number} byte */
export declare function untilByte(text: string, byte: number): string;
/** What of a text comes after a byte. @param {string} text @param {number} byte */
export declare function afterByte(text: string, byte: number): string;
/**
 * The index of the caption that is spoken at a moment: the last one that has begun, or -1.
 *
 * @param {readonly { start: number }[]} captions  in order of `start`
 * @param {number} position  seconds
 */
export declare function captionAt(captions: readonly {
    start: number;
}[], position: number): number;
/**
 * Tells where in the reply each word of an utterance stands, asked for one after the other. What is said
 * otherwise than it is written stands for the whole utterance.
 *
 * @param {Uint8Array} reply
 * @param {[number, number]} source  the utterance's bytes
 * @returns {(word: string) => [number, number]}
 */
export declare function placesIn(reply: Uint8Array, source: [number, number]): (word: string) => [number, number];
/**
 * One utterance with its words a line, as the gateway writes them while it speaks.
 *
 * @param {ReadableStream<Uint8Array<ArrayBuffer>>} stream
 * @returns {AsyncGenerator<Arrival>}
 */
export declare function captionLines(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<Arrival>;
/**
 * The captions of a complete rendition, and how long it is in seconds.
 *
 * @param {ReadableStream<Uint8Array<ArrayBuffer>>} stream
 * @returns {Promise<Arrival & { duration: number }>}
 */
export declare function wholeCaptions(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<Arrival & {
    duration: number;
}>;
/**
 * A caption as the gateway writes it.
 *
 * @param {any} given
 * @returns {Caption}
 */
export declare function caption({ text, start, end, source, provider, voice }: any): Caption;
/**
 * Captions of sound that is heard from a moment on.
 *
 * @param {Caption[]} captions
 * @param {number} second
 */
export declare function later(captions: Caption[], second: number): {
    text: string;
    source: [number, number];
    provider?: string;
    voice?: string;
    start: number;
    end: number;
}[];
