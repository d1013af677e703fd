export type Gateway = import('./gateway.js').Gateway;
export type SpeechRequest = import('./gateway.js').SpeechRequest;
export type Wish = Pick<SpeechRequest, 'text' | 'voice' | 'provider'>;
export type Message = Element | string;
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
     * @param {boolean} [cuts]  whether it is read at once, in place of what is heard and was to be read
     */
    add(message: Message, isFree: boolean, cuts?: boolean): void;
    /**
     * It is read when those before it have been.
     *
     * @param {Message} message
     * @param {boolean} isFree  whether nothing is being read
     */
    queue(message: Message, isFree: boolean): void;
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
