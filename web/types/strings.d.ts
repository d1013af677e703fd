export const ENGLISH: Strings;
export type Strings = import("./words.js").Strings;
