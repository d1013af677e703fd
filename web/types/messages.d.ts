export type SaywellSpeaker = import('./saywell-speaker.js').SaywellSpeaker;
export type Interest = {
    speakerFor: (message: Element) => SaywellSpeaker;
    /**
     * a speaker has come onto the page
     */
    shown: (message: Element, speaker: SaywellSpeaker) => void;
    /**
     * these are the messages, in the page's order
     */
    scanned: (messages: Element[]) => void;
    /**
     *   a reply is complete; whether it came in the course of the conversation
     */
    complete: (message: Element, isTalk: boolean) => void;
    /**
     * the message whose every change matters
     */
    heard: () => Element | null;
};
/**
 * @typedef {object} Interest
 * @property {(message: Element) => SaywellSpeaker} speakerFor
 * @property {(message: Element, speaker: SaywellSpeaker) => void} shown  a speaker has come onto the page
 * @property {(messages: Element[]) => void} scanned  these are the messages, in the page's order
 * @property {(message: Element, isTalk: boolean) => void} complete
 *   a reply is complete; whether it came in the course of the conversation
 * @property {() => Element | null} heard  the message whose every change matters
 */
export declare class Messages {
    #private;
    /** In the page's order. @type {Map<Element, SaywellSpeaker>} */
    speakers: Map<Element, SaywellSpeaker>;
    /** @param {Interest} interest */
    constructor(interest: Interest);
    /** @returns {Element | null} */
    get newest(): Element | null;
    /**
     * Begins to look, or looks for something else.
     *
     * @param {Document} page
     * @param {string} selector
     */
    watch(page: Document, selector: string): void;
    /** Leaves the page as it was. */
    leave(): void;
}
/**
 * What tells a message apart, also after the page has rendered it anew.
 *
 * @param {Element} message
 */
export declare function nameOf(message: Element): string | Element;
