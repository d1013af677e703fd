/**
 * @param {string} tag  BCP 47, such as `de-AT`
 * @returns {Promise<Strings | null>}  null where there are none
 */
export function wordsIn(tag: string): Promise<Strings | null>;
/** What the player has words in, English aside. */
export const CODES: readonly string[];
export type Strings = import("./words.js").Strings;
