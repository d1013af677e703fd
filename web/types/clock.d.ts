export type Clock = {
    /**
     * milliseconds
     */
    now: () => number;
    /**
     * starts a timer
     */
    after: (task: () => void, ms: number) => unknown;
    /**
     * ends a timer
     */
    cancel: (timer: any) => void;
};
/**
 * @typedef {object} Clock
 * @property {() => number} now  milliseconds
 * @property {(task: () => void, ms: number) => unknown} after  starts a timer
 * @property {(timer: any) => void} cancel  ends a timer
 */
/** The page's own. @type {Clock} */
export declare const CLOCK: Clock;
/** Goes off once, unless it is set anew or switched off before. */
export declare class Alarm {
    #private;
    /** @param {Clock} clock */
    constructor(clock: Clock);
    /**
     * @param {number} ms
     * @param {() => void} task
     */
    set(ms: number, task: () => void): void;
    off(): void;
}
/**
 * What a promise gives; null if it fails, or takes longer than some time.
 *
 * @template T
 * @param {Promise<T>} promise
 * @param {number} ms
 * @param {Clock} [clock]
 * @returns {Promise<T | null>}
 */
export declare function within<T>(promise: Promise<T>, ms: number, clock?: Clock): Promise<T | null>;
/** Does something in an idle moment. @param {() => void} task */
export declare function whenIdle(task: () => void): void;
