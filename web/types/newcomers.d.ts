export type Coming = {
    timer: unknown;
    name: unknown;
    isTalk: boolean;
    /**
     * whether it has changed since it was met
     */
    grew: boolean;
    /**
     * whether the page has said that it is being written
     */
    busy: boolean;
};
/**
 * @typedef {object} Coming
 * @property {unknown} timer
 * @property {unknown} name
 * @property {boolean} isTalk
 * @property {boolean} grew  whether it has changed since it was met
 * @property {boolean} busy  whether the page has said that it is being written
 */
/**
 * A reply is complete as soon as its page says so: `aria-busy` was true, on it or around it, and is no
 * more. Where the page says nothing, it is complete when it has not changed for a while.
 */
export declare class Newcomers {
    #private;
    /**
     * @param {(message: Element, isTalk: boolean) => void} settled  called for each new reply, when it is complete
     * @param {import('./clock.js').Clock} [clock]
     * @param {(message: Element, isTalk: boolean) => void} [grown]  called whenever one that is not complete has changed
     */
    constructor(settled: (message: Element, isTalk: boolean) => void, clock?: import('./clock.js').Clock, grown?: (message: Element, isTalk: boolean) => void);
    /**
     * A message that is on the page. The first time it is new, unless it is a known one, rendered anew.
     *
     * @param {Element} message
     * @param {unknown} name
     * @param {boolean} isTalk  whether it came in the course of the conversation, not when a page of it was loaded
     */
    meet(message: Element, name: unknown, isTalk: boolean): void;
    /** Something on the page has changed. @param {...Node} nodes */
    changed(...nodes: Node[]): void;
    /**
     * A complete one has changed: it may be written on, or anew.
     *
     * @param {Element} message
     * @param {boolean} isHeard  else it has to have come in the course of the conversation
     */
    reopen(message: Element, isHeard: boolean): void;
    /** Whether a message is still being written, as far as anybody knows. @param {Element} message */
    isOpen(message: Element): boolean;
    /** @param {Element} message */
    forget(message: Element): void;
    clear(): void;
}
