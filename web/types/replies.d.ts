export type Gateway = import('./gateway.js').Gateway;
export type SpeechRequest = import('./gateway.js').SpeechRequest;
export type Wish = Pick<SpeechRequest, 'text' | 'voice' | 'provider'>;
export type Message = Element | string;
export type Coming = {
    timer: unknown;
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
    /** Something on the page has changed. @param {Node} node */
    changed(node: Node): void;
    /** Whether a message is still being written, as far as anybody knows. @param {Element} message */
    isOpen(message: Element): boolean;
    /** @param {Element} message */
    forget(message: Element): void;
    clear(): void;
}
/** Continuous mode: new replies are read by themselves, in order, until the listener begins to write. */
export declare class Continuous {
    #private;
    /** @param {(message: Message) => void} read */
    constructor(read: (message: Message) => void);
    /**
     * The first sentence of a reply is finished, or all of it: it is read when those before it have been.
     *
     * @param {Message} message
     * @param {boolean} isFree  whether nothing is being read
     */
    add(message: Message, isFree: boolean): void;
    /** The last one was heard to its end. */
    next(): void;
    /** The listener speaks up. */
    hush(): void;
    /**
     * The listener wants to hear again.
     *
     * @param {Message | null} [message]  what they have chosen themselves
     */
    unhush(message?: Message | null): void;
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
