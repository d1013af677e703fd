export type Caption = import('./player-store.js').Caption;
export type Captions = import('./player-store.js').Captions;
/**
 * @param {Captions} captions
 * @returns {readonly Caption[]}  in order of `start`
 */
export declare function sentencesOf(captions: Captions): readonly Caption[];
/**
 * Where the sentence begins that a place is in.
 *
 * @param {string} text
 * @param {number} byte
 * @returns {number}  byte
 */
export declare function sentenceStart(text: string, byte: number): number;
