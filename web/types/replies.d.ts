export type Gateway = import('./gateway.js').Gateway;
export type SpeechRequest = import('./gateway.js').SpeechRequest;
/**
 * A reply is complete when it is not `aria-busy`, inside nothing that is, and has not changed for a
 * while.
 */
export declare class Newcomers {
    #private;
    /**
     * @param {(message: Element, isTalk: boolean) => void} settled  called once for each new reply, when it is complete
     * @param {(task: () => void, ms: number) => unknown} [after]
     * @param {(timer: any) => void} [cancel]
     */
    constructor(settled: (message: Element, isTalk: boolean) => void, after?: (task: () => void, ms: number) => unknown, cancel?: (timer: any) => void);
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
    /** What is not begun yet is not begun any more. */
    cancel(): void;
    /** A listener was served: the gateway is willing again. */
    allow(): void;
}
