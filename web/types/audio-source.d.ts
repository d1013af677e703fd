import { PartsSource } from './parts-source.js';
export type Rendition = import('./player-store.js').Rendition;
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
/** An element's `readyState` from which on it can play on. */
export declare const HAVE_FUTURE_DATA = 3;
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
