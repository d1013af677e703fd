export type Caption = import('./player-store.js').Caption;
export type Captions = import('./player-store.js').Captions;
export type PlayerEvent = import('./player-store.js').PlayerEvent;
export type Sound = Pick<import('./audio-source.js').StreamSource, 'begin' | 'lay' | 'cut' | 'end' | 'laid' | 'format'>;
export type Job = {
    written: import('./written.js').Written;
    speech: import('./playback.js').Speech;
    sound: Sound;
    gateway: Pick<import('./gateway.js').Gateway, 'socket' | 'address'>;
    signal: AbortSignal;
    /**
     * what is known of what has been laid
     */
    captions: () => Captions;
    report: (event: PlayerEvent) => void;
    /**
     * what lay after this second is not said any more
     */
    cut: (second: number) => void;
    /**
     * called for every piece of sound
     */
    arrived: () => void;
    clock?: import('./clock.js').Clock;
};
export type Said = {
    text: string;
    second: number;
    origin?: number;
};
/** Where sound is laid. */
/** @typedef {Pick<import('./audio-source.js').StreamSource, 'begin' | 'lay' | 'cut' | 'end' | 'laid' | 'format'>} Sound */
/**
 * @typedef {object} Job
 * @property {import('./written.js').Written} written
 * @property {import('./playback.js').Speech} speech
 * @property {Sound} sound
 * @property {Pick<import('./gateway.js').Gateway, 'socket' | 'address'>} gateway
 * @property {AbortSignal} signal
 * @property {() => Captions} captions  what is known of what has been laid
 * @property {(event: PlayerEvent) => void} report
 * @property {(second: number) => void} cut  what lay after this second is not said any more
 * @property {() => void} arrived  called for every piece of sound
 * @property {import('./clock.js').Clock} [clock]
 */
/**
 * What was said of the text by other means, up to a second.
 *
 * @typedef {{ text: string, second: number, origin?: number }} Said
 * `origin`: the byte from which on all of it is given to the gateway, so that the rest is read as it would be; absent: its end
 */
/** There was never a connection: another way has to be found. */
export declare class NoLine extends Error {
}
export declare class AsWritten {
    #private;
    /**
     * @param {Job} job
     * @param {Said} [said]
     */
    constructor(job: Job, said?: Said);
    /** What has been said, for who goes on later. @returns {Said} */
    get said(): Said;
    /** From where on the text is said on the present connection, and where its sound begins. */
    get base(): {
        byte: number;
        second: number;
    };
    /** Whether nothing can be said before the writer goes on. */
    get awaitsWriter(): boolean;
    /** Speaks until the text is over and all of it has been laid. */
    run(): Promise<void>;
}
