export type PlayerState = import('./player-store.js').PlayerState;
export type Keys = {
    resume: () => void;
    pause: () => void;
    stop: () => void;
    skip: (sentences: number) => void;
    seek: (position: number) => void;
};
/** Tells the operating system what is heard, and takes its keys while something is. */
export declare class MediaKeys {
    #private;
    /**
     * @param {Keys} keys
     * @param {MediaSession | undefined} [session]
     */
    constructor(keys: Keys, session?: MediaSession | undefined);
    /**
     * @param {Readonly<PlayerState>} state
     * @param {string} title  what is heard, in some words
     */
    show(state: Readonly<PlayerState>, title: string): void;
    /** Where the sound is, for jumps from there. */
    position: () => number;
}
