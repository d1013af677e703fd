export type Script = import('./gateway.js').Script;
export type Caption = import('./player-store.js').Caption;
export type Piece = {
    text: string;
    language: string | null;
    start: number;
    end: number;
    source: [number, number];
};
export type Word = Caption & {
    piece: number;
    char: number;
};
/** @typedef {import('./gateway.js').Script} Script */
/** @typedef {import('./player-store.js').Caption} Caption */
/**
 * A piece of an utterance: what the synthesiser gets at a time, and the bytes of that utterance.
 *
 * @typedef {{ text: string, language: string | null, start: number, end: number, source: [number, number] }} Piece
 */
/**
 * A word, with the number of its piece and where it begins in it.
 *
 * @typedef {Caption & { piece: number, char: number }} Word
 */
/** About what voices say at speed 1, and the breath after an utterance: only for the length that is shown. */
export declare const CHARS_PER_SECOND = 14;
/**
 * A script without the gateway, for when nobody can be asked. What is not to be said is blanked out in
 * place, so that every sentence keeps its bytes of the reply.
 *
 * @param {string} reply
 * @param {string} [language]  BCP 47, helps to find where sentences end
 * @returns {Script}
 */
export declare function plainScript(reply: string, language?: string): Script;
/**
 * Lays a script out in time, as well as can be guessed: the voice does not say in advance when it will
 * have said what.
 *
 * @param {Script} script
 * @param {string} reply
 * @param {readonly Piece[]} [before]  what is said before it
 */
export declare function layOut({ utterances, language }: Script, reply: string, before?: readonly Piece[]): {
    pieces: Piece[];
    captions: import("./player-store.js").Caption[];
    words: Word[];
    seconds: number;
};
