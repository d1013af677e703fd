/** @type {string} */
export declare const WORDS: string;
