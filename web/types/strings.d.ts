export type Strings = import('./words.js').Strings;
export declare const ENGLISH: Strings;
