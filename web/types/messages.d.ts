export type SaywellSpeaker = import('./saywell-speaker.js').SaywellSpeaker;
export type Interest = {
    speakerFor: (message: Element) => SaywellSpeaker;
    /**
     * a speaker has come onto the page
     */
    shown: (message: Element, speaker: SaywellSpeaker) => void;
    /**
     * these are the messages now
     */
    scanned: () => void;
    /**
     *   a reply is complete; whether it came in the course of the conversation
     */
    complete: (message: Element, isTalk: boolean) => void;
    /**
     * a reply that is not complete has changed
     */
    grown: (message: Element, isTalk: boolean) => void;
    /**
     * the message whose every change matters
     */
    heard: () => Element | null;
    /**
     * it has changed, or what is around it says something else of it
     */
    changed: (changes: MutationRecord[]) => void;
};
/**
 * @typedef {object} Interest
 * @property {(message: Element) => SaywellSpeaker} speakerFor
 * @property {(message: Element, speaker: SaywellSpeaker) => void} shown  a speaker has come onto the page
 * @property {() => void} scanned  these are the messages now
 * @property {(message: Element, isTalk: boolean) => void} complete
 *   a reply is complete; whether it came in the course of the conversation
 * @property {(message: Element, isTalk: boolean) => void} grown  a reply that is not complete has changed
 * @property {() => Element | null} heard  the message whose every change matters
 * @property {(changes: MutationRecord[]) => void} changed  it has changed, or what is around it says something else of it
 */
export declare class Messages {
    #private;
    /** In the page's order. @type {Map<Element, SaywellSpeaker>} */
    speakers: Map<Element, SaywellSpeaker>;
    /** @type {Element | null} */
    newest: Element | null;
    /** @param {Interest} interest */
    constructor(interest: Interest);
    /** Whether a message is still being written, as far as anybody knows. @param {Element} message */
    isOpen(message: Element): boolean;
    /** The message of a name. @param {unknown} name @returns {Element | null} */
    named(name: unknown): Element | null;
    /** Finds messages here as well. @param {Document | ShadowRoot} root */
    observe(root: Document | ShadowRoot): void;
    /**
     * Begins to look, or looks for something else.
     *
     * @param {Document | ShadowRoot} page
     * @param {string} selector
     */
    watch(page: Document | ShadowRoot, selector: string): void;
    /** Leaves the page as it was. */
    leave(): void;
}
/**
 * What tells a message apart, also after the page has rendered it anew.
 *
 * @param {Element | string} message  or its name itself
 * @returns {unknown}
 */
export declare function nameOf(message: Element | string): unknown;
