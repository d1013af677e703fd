export declare class Gathering {
    #private;
    /**
     * Whether it is better not to start yet.
     *
     * @param {number} now  by any clock
     * @param {{ ahead: number, left: number }} sound  how much is there, and how much the listener has still to hear of all, at the present speed
     */
    waits(now: number, { ahead, left }: {
        ahead: number;
        left: number;
    }): boolean;
    /** It has run out. */
    starved(): void;
}
