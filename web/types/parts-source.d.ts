export type Gateway = import('./gateway.js').Gateway;
export type Speech = import('./playback.js').Speech;
export type Caption = import('./player-store.js').Caption;
export type PlayerEvent = import('./player-store.js').PlayerEvent;
export type Rendition = import('./player-store.js').Rendition;
export type Written = import('./written.js').Written;
export type Part = {
    text: string;
    source: [number, number];
    /**
     * seconds from the reply's start
     */
    start: number;
    duration: number;
    /**
     * in seconds of the part, once it has been made
     */
    words: Caption[];
    asked: Promise<Rendition> | null;
};
/**
 * @typedef {object} Part
 * @property {string} text
 * @property {[number, number]} source
 * @property {number} start  seconds from the reply's start
 * @property {number} duration
 * @property {Caption[]} words  in seconds of the part, once it has been made
 * @property {Promise<Rendition> | null} asked
 */
/**
 * For engines that cannot be fed: each utterance as a complete short file, one after the other on the
 * same element. A file that is still being made would start late, and could not be sought in.
 */
export declare class PartsSource {
    #private;
    format: string;
    streams: boolean;
    /** Where the present file begins, in seconds of the whole. */
    offset: number;
    /** @param {HTMLAudioElement} audio */
    attach(audio: HTMLAudioElement): void;
    /** Whether nothing can be said before the writer goes on. */
    get awaitsWriter(): boolean;
    /**
     * @param {object} order
     * @param {Speech} order.speech
     * @param {Written} [order.written]
     * @param {number} [order.byte]  where in the text to begin; absent: where it was sought
     * @param {Gateway} order.gateway
     * @param {AbortSignal} order.signal
     * @param {(event: PlayerEvent) => void} order.report
     * @param {() => void} [order.arrived]  called when more may be heard
     */
    load({ speech, written, byte, gateway, signal, report, arrived }: {
        speech: Speech;
        written?: Written;
        byte?: number;
        gateway: Gateway;
        signal: AbortSignal;
        report: (event: PlayerEvent) => void;
        arrived?: () => void;
    }): Promise<void>;
    /**
     * The file after the present one: it is on the element when the promise resolves. Null at the end.
     *
     * @returns {Promise<unknown> | null}
     */
    next(): Promise<unknown> | null;
    /**
     * @param {number} position  seconds of the whole
     * @returns {Promise<unknown> | null}  null: the element is there
     */
    seek(position: number): Promise<unknown> | null;
    /** The whole's length, as far as it is known. */
    measure(): {
        duration: number;
        exact: boolean;
        buffered: number;
    };
    close(): void;
}
/** Takes away what an element plays. @param {HTMLAudioElement} audio */
export declare function empty(audio: HTMLAudioElement): void;
