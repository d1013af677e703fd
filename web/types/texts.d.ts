import { Written } from './written.js';
export declare class Texts {
    #private;
    /**
     * @param {(message: Element) => string | null} textOf  what the page says of a message, else null
     * @param {(message: Element) => boolean} isOpen  whether a message is still being written
     */
    constructor(textOf: (message: Element) => string | null, isOpen: (message: Element) => boolean);
    /** What the page has written of a message, if it does. @param {unknown} name */
    draft(name: unknown): Written | null;
    /** The page begins to write a message. @param {unknown} name */
    begin(name: unknown): Written;
    /** A message's text, as far as it is there. @param {Element} message */
    of(message: Element): string;
    /** A message's text as it grows. @param {unknown} name @param {Element | null} message */
    written(name: unknown, message: Element | null): Written;
    /**
     * Brings a text up to date with the page.
     *
     * @param {Element} message
     * @param {Written} written
     * @returns {boolean}  whether it was at hand, and did not have to be gathered from what is drawn
     */
    read(message: Element, written: Written): boolean;
}
