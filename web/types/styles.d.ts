export declare const ACCENT = "var(--saywell-accent, #3f5bd9)";
export declare const shared = "\n:host([hidden]), [hidden] { display: none !important; }\n:host([theme='light']) { color-scheme: light; }\n:host([theme='dark']), :host([dark]:not([theme])) { color-scheme: dark; }\n";
export type Look = (page: Document) => CSSStyleSheet;
/**
 * Rules, as the sheet of them that a document has: those of a frame take none of another's.
 *
 * @typedef {(page: Document) => CSSStyleSheet} Look
 */
/** @param {string} rules @returns {Look} */
export declare function look(rules: string): Look;
export declare const speakerStyle: Look;
