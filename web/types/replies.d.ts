export type Gateway = import('./gateway.js').Gateway;
export type SpeechRequest = import('./gateway.js').SpeechRequest;
export type Wish = Pick<SpeechRequest, 'text' | 'voice' | 'provider'>;
/**
 * A reply is complete when it is not `aria-busy`, inside nothing that is, and has not changed for a
 * while.
 */
export declare class Newcomers {
    #private;
    /**
     * @param {(message: Element, isTalk: boolean) => void} settled  called once for each new reply, when it is complete
     * @param {import('./clock.js').Clock} [clock]
     */
    constructor(settled: (message: Element, isTalk: boolean) => void, clock?: import('./clock.js').Clock);
    /**
     * A message that is on the page. The first time it is new, unless it is a known one, rendered anew.
     *
     * @param {Element} message
     * @param {unknown} name
     * @param {boolean} isTalk  whether it came in the course of the conversation, not when a page of it was loaded
     */
    meet(message: Element, name: unknown, isTalk: boolean): void;
    /** Something on the page has changed. @param {Node} node */
    changed(node: Node): void;
    /** @param {Element} message */
    forget(message: Element): void;
    clear(): void;
}
/** Continuous mode: new replies are read by themselves, in order, until the listener begins to write. */
export declare class Continuous {
    #private;
    /** @param {(message: Element) => void} read */
    constructor(read: (message: Element) => void);
    /**
     * A reply is complete: it is read when those before it have been.
     *
     * @param {Element} message
     * @param {boolean} isFree  whether nothing is being read
     */
    add(message: Element, isFree: boolean): void;
    /** The last one was heard to its end. */
    next(): void;
    /** The listener speaks up. */
    hush(): void;
    /**
     * The listener wants to hear again.
     *
     * @param {Element | null} [message]  what they have chosen themselves
     */
    unhush(message?: Element | null): void;
    clear(): void;
}
/**
 * Sound made ahead: the newest reply, when the page has nothing else to do, once, and never at the
 * listener's cost. The gateway decides what is within the quota; a refusal ends it quietly.
 */
export declare class Ahead {
    #private;
    /**
     * @param {SpeechRequest} request
     * @param {() => Gateway} gateway
     */
    make(request: SpeechRequest, gateway: () => Gateway): void;
    /**
     * Nobody waits any more for what is made ahead.
     *
     * @param {Wish | null} [but]  what is wanted now: if it is the same, it is made on
     */
    giveUp(but?: Wish | null): void;
    /** A listener was served: the gateway is willing again. */
    allow(): void;
}
