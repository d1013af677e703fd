export type AudioSource = import('./audio-source.js').AudioSource;
export type Gateway = import('./gateway.js').Gateway;
export type PlayerStore = import('./player-store.js').PlayerStore;
export type Place = import('./session.js').Place;
export type Speech = import('./session.js').Speech;
/** How far sound may go before its place is told again. */
export declare const TOLD_EVERY_SECONDS = 0.25;
export type Surroundings = {
    audio: HTMLAudioElement;
    store: PlayerStore;
    gateway: () => Gateway;
    /**
     * asked when nothing was heard yet: whether somebody else speaks instead
     */
    stepIn?: (failure: import('./player-store.js').Failure, speech: Speech) => boolean;
    pickSource?: () => AudioSource;
    clock?: import('./clock.js').Clock;
};
/**
 * @typedef {object} Surroundings
 * @property {HTMLAudioElement} audio
 * @property {PlayerStore} store
 * @property {() => Gateway} gateway
 * @property {(failure: import('./player-store.js').Failure, speech: Speech) => boolean} [stepIn]
 *   asked when nothing was heard yet: whether somebody else speaks instead
 * @property {() => AudioSource} [pickSource]
 * @property {import('./clock.js').Clock} [clock]
 */
export declare class Playback {
    #private;
    /** @param {Surroundings} surroundings */
    constructor({ audio, store, gateway, stepIn, pickSource: pick, clock }: Surroundings);
    /**
     * Starts a message, ending what was heard before. Called inside the listener's click, so that the
     * browser lets the sound start.
     *
     * @param {Speech} speech
     * @param {null} [_instead]  the browser's voice is told here why it speaks
     * @param {number} [position]  where to begin, in seconds
     * @param {Place} [from]  where the sound of it begins, with what comes before left for when it is wanted
     */
    speak(speech: Speech, _instead?: null, position?: number, from?: Place): void;
    pause(): void;
    /** Goes on after a pause, a refusal, a failure, or from the start after the end. */
    resume(): void;
    /** Ends the listening; the gateway sees its listener leave. */
    stop(): void;
    /** Ends the listening without a word about it. */
    leave(): void;
    /** @param {number} position  seconds; what lies outside the sound is brought inside */
    seek(position: number): void;
    /**
     * Goes to a word by its place in the text, though its sound has not come yet.
     *
     * @param {number} byte
     */
    goTo(byte: number): void;
    /**
     * Goes back to what was jumped over.
     *
     * @param {number} steps  from where the sound begins that there is
     * @param {(captions: import('./player-store.js').Captions) => readonly import('./player-store.js').Caption[]} stepsOf  sentences, or words
     * @returns {boolean}  whether there is anything before that
     */
    goBefore(steps: number, stepsOf: (captions: import('./player-store.js').Captions) => readonly import('./player-store.js').Caption[]): boolean;
    /** @param {number} speed  brought within the allowed speeds; the pitch stays */
    setSpeed(speed: number): void;
    /**
     * Reads the position off the element; told when another word is said, and a few times a second.
     *
     * @param {number} [least]  how far it has to be from what was told last, in seconds
     * @returns {number}  what it is now, in seconds
     */
    tick(least?: number): number;
}
