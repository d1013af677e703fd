export type Strings = import('./words.js').Strings;
/** What the player has words in, English aside. */
export declare const CODES: readonly string[];
/**
 * @param {string} tag  BCP 47, such as `de-AT`
 * @returns {Promise<Strings | null>}  null where there are none
 */
export declare function wordsIn(tag: string): Promise<Strings | null>;
