export declare class Written {
    #private;
    text: string;
    /** Whether it is all there. */
    over: boolean;
    /** How often it has changed. */
    version: number;
    /** When it changed last, by the clock. */
    at: number;
    /** @param {import('./clock.js').Clock} [clock] */
    constructor(clock?: import('./clock.js').Clock);
    /** Takes the next piece. @param {string} piece */
    write(piece: string): void;
    /**
     * Takes the whole text as it is now.
     *
     * @param {string} text
     * @param {boolean} over
     */
    set(text: string, over: boolean): void;
    /** Whether what is there can be said to its end: it is all, or the writer pauses where a sentence ends. */
    get mayEnd(): boolean;
    /** How long until `mayEnd` may have become true by itself, in milliseconds. */
    get breath(): number;
    /**
     * The next change, or the moment when a pause may be an end.
     *
     * @param {AbortSignal} signal
     * @param {number} [since]  the version that is known
     */
    changed(signal: AbortSignal, since?: number): Promise<void>;
    /** @param {() => void} task  called at each change @returns {() => void} ends that */
    watch(task: () => void): () => void;
}
/**
 * A text that is all there.
 *
 * @param {string} text
 */
export declare function whole(text: string): Written;
/**
 * How much two texts have in common at their starts, in UTF-16 units.
 *
 * @param {string} a
 * @param {string} b
 */
export declare function common(a: string, b: string): number;
