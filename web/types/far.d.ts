export type Script = import('./gateway.js').Script;
export type Caption = import('./player-store.js').Caption;
export type Captions = import('./player-store.js').Captions;
export type Point = {
    byte: number;
    second: number;
};
export type Ask = (startAt: number | null) => Promise<Script>;
/** @typedef {import('./gateway.js').Script} Script */
/** @typedef {import('./player-store.js').Caption} Caption */
/** @typedef {import('./player-store.js').Captions} Captions */
/** A byte of the reply, and the second that it is heard at. @typedef {{ byte: number, second: number }} Point */
/** Gives the script from a byte of the reply on; null: from where it is read from. @typedef {(startAt: number | null) => Promise<Script>} Ask */
/** About the byte that is heard at a second, by one point before it and one after. @param {Point} a @param {Point} b @param {number} second */
export declare function byteAt(a: Point, b: Point, second: number): number;
/** About the second that a byte is heard at. @param {Point} a @param {Point} b @param {number} byte */
export declare function secondAt(a: Point, b: Point, byte: number): number;
/**
 * Where the utterance begins that holds a byte.
 *
 * @param {Ask} ask
 * @param {number} byte
 * @param {number} all  a reply that is too long for once ends here
 */
export declare function utteranceAt(ask: Ask, byte: number, all: number): Promise<number | null>;
/**
 * Where something begins that is said some steps before what is said at a byte.
 *
 * @param {Ask} ask
 * @param {number} byte
 * @param {number} steps
 * @param {string} text  the whole reply
 * @param {(captions: Captions) => readonly Caption[]} stepsOf  its sentences, or its words
 * @returns {Promise<number | null>}  null: nothing is said there
 */
export declare function stepsBefore(ask: Ask, byte: number, steps: number, text: string, stepsOf: (captions: Captions) => readonly Caption[]): Promise<number | null>;
