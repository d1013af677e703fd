export type Gateway = import('./gateway.js').Gateway;
export type Speech = import('./playback.js').Speech;
export type Caption = import('./player-store.js').Caption;
export type PlayerEvent = import('./player-store.js').PlayerEvent;
export type Rendition = import('./player-store.js').Rendition;
export type Written = import('./written.js').Written;
export type AudioSource = {
    /**
     * what to ask the gateway for
     */
    format: string;
    /**
     * whether it plays sound that is still being made, piece by piece
     */
    streams: boolean;
    /**
     *   takes the element over, before anything is known about the sound, so that `play()` can be
     *   called in the listener's own click
     */
    attach: (audio: HTMLAudioElement) => void;
    /**
     * resolves when all the sound has been handed over; rejects when it breaks off
     */
    feed?: (rendition: Rendition, connection: Connection) => Promise<void>;
    /**
     * in place of `feed`, for a source that asks for its sound itself
     */
    load?: PartsSource['load'];
    /**
     * gives the element back, empty
     */
    close: () => void;
    /**
     * where the element's time begins, in seconds of the whole
     */
    offset?: number;
    seek?: (position: number) => Promise<unknown> | null;
    /**
     * what to go on with when the element has ended
     */
    next?: () => Promise<unknown> | null;
    measure?: () => {
        duration: number;
        exact: boolean;
        buffered: number;
    };
    /**
     * seconds that lie whole from the start
     */
    laid?: number;
    /**
     * whether nothing can be said before the writer goes on
     */
    awaitsWriter?: boolean;
};
export type Connection = {
    open: (url: string, signal: AbortSignal) => Promise<ReadableStream<Uint8Array<ArrayBuffer>>>;
    /**
     * aborted when the listener leaves
     */
    signal: AbortSignal;
    /**
     * called for every piece of sound
     */
    arrived: () => void;
    /**
     * where it is heard from; absent: from the start
     */
    second?: number;
};
export type Engine = {
    MediaSource?: typeof MediaSource;
    ManagedMediaSource?: typeof MediaSource;
};
/**
 * The best way this engine offers.
 *
 * @param {Engine} [engine]
 * @returns {AudioSource}
 */
export declare function pickSource(engine?: Engine): AudioSource;
/** Media Source Extensions fed from a fetch: sounds after a fraction of a second of data. */
export declare class StreamSource {
    #private;
    format: string;
    streams: boolean;
    /**
     * @param {typeof MediaSource} Media
     * @param {{ format: string, type: string }} stream
     */
    constructor(Media: typeof MediaSource, stream: {
        format: string;
        type: string;
    });
    /** @param {HTMLAudioElement} audio */
    attach(audio: HTMLAudioElement): void;
    /**
     * @param {Rendition} rendition
     * @param {Connection} connection
     */
    feed(rendition: Rendition, { open, signal, arrived, second }: Connection): Promise<void>;
    /** How much sound there is from the start without a gap, in seconds. */
    get laid(): number;
    /**
     * What is laid from here on is a stream of its own, and is heard from a moment on.
     *
     * @param {number} second
     */
    begin(second: number): Promise<void>;
    /** @param {Uint8Array<ArrayBuffer>} bytes */
    lay(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
    /**
     * Forgets what lies after a moment.
     *
     * @param {number} second
     */
    cut(second: number): Promise<void>;
    /** There is no more, as far as is known. */
    end(): void;
    close(): void;
}
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
     * @param {Gateway} order.gateway
     * @param {AbortSignal} order.signal
     * @param {(event: PlayerEvent) => void} order.report
     */
    load({ speech, written, gateway, signal, report }: {
        speech: Speech;
        written?: Written;
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
