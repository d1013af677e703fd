/** @type {string} */
export const WORDS: string;
