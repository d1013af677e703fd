export type Strings = import('./words.js').Strings;
export type Lines = Promise<{
    WORDS: string;
}>;
/** What the player has words in. */
export declare const CODES: readonly string[];
/**
 * What the speaker buttons say.
 *
 * @param {string} tag
 * @returns {Promise<Strings>}  in English where there are none
 */
export declare function buttonsIn(tag: string): Promise<Strings>;
/**
 * Every word.
 *
 * @param {string} tag
 * @returns {Promise<Strings>}  in English where there are none
 */
export declare function wordsIn(tag: string): Promise<Strings>;
