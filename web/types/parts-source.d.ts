export type Gateway = import('./gateway.js').Gateway;
export type Speech = import('./playback.js').Speech;
export type Caption = import('./player-store.js').Caption;
export type PlayerEvent = import('./player-store.js').PlayerEvent;
export type Rendition = import('./player-store.js').Rendition;
export type Part = {
    text: string;
    source: [number, number];
    /**
     * seconds from the reply's start
     */
    start: number;
    duration: number;
    asked: Promise<Rendition> | null;
};
/**
 * @typedef {object} Part
 * @property {string} text
 * @property {[number, number]} source
 * @property {number} start  seconds from the reply's start
 * @property {number} duration
 * @property {Promise<Rendition> | null} asked
 */
export declare class PartsSource {
    #private;
    format: string;
    streams: boolean;
    /** Where the present file begins, in seconds of the whole. */
    offset: number;
    /** @param {HTMLAudioElement} audio */
    attach(audio: HTMLAudioElement): void;
    /**
     * @param {object} order
     * @param {Speech} order.speech
     * @param {Gateway} order.gateway
     * @param {AbortSignal} order.signal
     * @param {(event: PlayerEvent) => void} order.report
     */
    load({ speech, gateway, signal, report }: {
        speech: Speech;
        gateway: Gateway;
        signal: AbortSignal;
        report: (event: PlayerEvent) => void;
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
