/** The slowest and the fastest speed a listener can choose; 1 is the voice's own. */
export declare const SPEEDS: Readonly<{
    min: 0.5;
    max: 3;
}>;
export type Status = 'idle' | 'loading' | 'waiting' | 'playing' | 'paused' | 'blocked' | 'ended' | 'failed';
export type Rendition = {
    key: string;
    /**
     * where the sound is, absolute
     */
    url: string;
    /**
     * the captions as JSON, once the sound is complete
     */
    captionsUrl: string | null;
    /**
     * the captions as lines that follow the sound while it is made
     */
    liveCaptionsUrl: string | null;
    format: string;
    provider: string;
    voice: string;
    cached: boolean;
    complete: boolean;
    /**
     * an estimate until `complete`
     */
    durationSeconds: number;
    /**
     * the byte of the reply that the next press goes on from, where this is not all
     */
    continuesAt?: number | null;
};
export type Failure = {
    /**
     * the gateway's error code, or one of the player's own (`unreachable`, `offline`, `interrupted`, `silent`, `unplayable`, `no_browser_voice`)
     */
    code: string;
    /**
     * what the gateway said about it
     */
    message: string;
    retryAfterSeconds: number | null;
    /**
     * what the gateway says of it to a listener, in English
     */
    words?: string;
};
export type Caption = {
    text: string;
    start: number;
    end: number;
    source: [number, number];
    provider?: string;
    voice?: string;
};
export type Captions = {
    /**
     * in order of `start`
     */
    utterances: readonly Caption[];
    /**
     * in order of `start`
     */
    words: readonly Caption[];
};
export type PlayerState = {
    status: Status;
    /**
     * which message is being heard, as the caller names it; null when idle
     */
    message: unknown;
    /**
     * seconds
     */
    position: number;
    /**
     * seconds; 0 while nothing is known
     */
    duration: number;
    /**
     * false while `duration` is an estimate
     */
    durationExact: boolean;
    /**
     * whether the reply is still being written, so that nobody knows its length
     */
    open: boolean;
    /**
     * seconds of sound that have arrived, from the start
     */
    buffered: number;
    speed: number;
    rendition: Rendition | null;
    /**
     * from the request to the first sound
     */
    firstSoundMs: number | null;
    failure: Failure | null;
    /**
     * who speaks: the gateway, or the browser's own voice
     */
    by: 'gateway' | 'browser';
    /**
     * why the browser speaks though the gateway was asked
     */
    instead: Failure | null;
    captions: Captions;
};
export type PlayerEvent = {
    type: 'asked';
    message: unknown;
    position: number;
    by?: 'gateway' | 'browser';
    instead?: Failure | null;
} | {
    type: 'jumped';
    position: number;
    captions: Captions;
} | {
    type: 'answered';
    rendition: Rendition;
    growing?: boolean;
} | {
    type: 'sounding';
    afterMs: number;
} | {
    type: 'starved';
} | {
    type: 'awaited';
    writer: boolean;
} | {
    type: 'resumed';
    here?: boolean;
} | {
    type: 'paused';
} | {
    type: 'refused';
} | {
    type: 'moved';
    position: number;
} | {
    type: 'arrived';
    buffered: number;
} | {
    type: 'measured';
    duration: number;
    exact: boolean;
    open?: boolean;
} | {
    type: 'captioned';
    utterances: Caption[];
    words: Caption[];
    anew?: boolean;
    by?: {
        provider: string;
        voice: string;
    };
} | {
    type: 'finished';
} | {
    type: 'failed';
    failure: Failure;
} | {
    type: 'stopped';
} | {
    type: 'speed';
    speed: number;
};
/**
 * - `idle`: nothing is being heard.
 * - `loading`: sound is wanted and there is none yet, at the start or because it ran out.
 * - `waiting`: all that is written has been heard, and the reply is still being written.
 * - `playing`, `paused`, `ended`: as the words say.
 * - `blocked`: the browser refused to start without a tap; one tap starts it.
 * - `failed`: `failure` says why; it can be tried again.
 *
 * @typedef {'idle' | 'loading' | 'waiting' | 'playing' | 'paused' | 'blocked' | 'ended' | 'failed'} Status
 */
/**
 * The gateway's answer to a request for speech, in its own field names.
 *
 * @typedef {object} Rendition
 * @property {string} key
 * @property {string} url  where the sound is, absolute
 * @property {string | null} captionsUrl  the captions as JSON, once the sound is complete
 * @property {string | null} liveCaptionsUrl  the captions as lines that follow the sound while it is made
 * @property {string} format
 * @property {string} provider
 * @property {string} voice
 * @property {boolean} cached
 * @property {boolean} complete
 * @property {number} durationSeconds  an estimate until `complete`
 * @property {number | null} [continuesAt]  the byte of the reply that the next press goes on from, where this is not all
 */
/**
 * @typedef {object} Failure
 * @property {string} code  the gateway's error code, or one of the player's own (`unreachable`, `offline`, `interrupted`, `silent`, `unplayable`, `no_browser_voice`)
 * @property {string} message  what the gateway said about it
 * @property {number | null} retryAfterSeconds
 * @property {string} [words]  what the gateway says of it to a listener, in English
 */
/**
 * One spoken piece of the reply. `source` is its byte range in the reply as it was sent; who speaks it is known
 * of sentences, and not of words.
 *
 * @typedef {{ text: string, start: number, end: number, source: [number, number], provider?: string, voice?: string }} Caption
 */
/**
 * @typedef {object} Captions
 * @property {readonly Caption[]} utterances  in order of `start`
 * @property {readonly Caption[]} words  in order of `start`
 */
/**
 * @typedef {object} PlayerState
 * @property {Status} status
 * @property {unknown} message  which message is being heard, as the caller names it; null when idle
 * @property {number} position  seconds
 * @property {number} duration  seconds; 0 while nothing is known
 * @property {boolean} durationExact  false while `duration` is an estimate
 * @property {boolean} open  whether the reply is still being written, so that nobody knows its length
 * @property {number} buffered  seconds of sound that have arrived, from the start
 * @property {number} speed
 * @property {Rendition | null} rendition
 * @property {number | null} firstSoundMs  from the request to the first sound
 * @property {Failure | null} failure
 * @property {'gateway' | 'browser'} by  who speaks: the gateway, or the browser's own voice
 * @property {Failure | null} instead  why the browser speaks though the gateway was asked
 * @property {Captions} captions
 */
/**
 * @typedef {{ type: 'asked', message: unknown, position: number, by?: 'gateway' | 'browser', instead?: Failure | null }
 *   | { type: 'jumped', position: number, captions: Captions }
 *   | { type: 'answered', rendition: Rendition, growing?: boolean }
 *   | { type: 'sounding', afterMs: number }
 *   | { type: 'starved' }
 *   | { type: 'awaited', writer: boolean }
 *   | { type: 'resumed', here?: boolean }
 *   | { type: 'paused' }
 *   | { type: 'refused' }
 *   | { type: 'moved', position: number }
 *   | { type: 'arrived', buffered: number }
 *   | { type: 'measured', duration: number, exact: boolean, open?: boolean }
 *   | { type: 'captioned', utterances: Caption[], words: Caption[], anew?: boolean, by?: { provider: string, voice: string } }
 *   | { type: 'finished' }
 *   | { type: 'failed', failure: Failure }
 *   | { type: 'stopped' }
 *   | { type: 'speed', speed: number }} PlayerEvent
 */
/** @type {Captions} */
export declare const NO_CAPTIONS: Captions;
/** @type {Readonly<PlayerState>} */
export declare const INITIAL: Readonly<PlayerState>;
/**
 * The next state. An event that makes no sense in the present state changes nothing, so that a
 * late report from an element or a connection can never undo what the listener did meanwhile.
 *
 * @param {Readonly<PlayerState>} state
 * @param {PlayerEvent} event
 * @returns {Readonly<PlayerState>}
 */
export declare function reduce(state: Readonly<PlayerState>, event: PlayerEvent): Readonly<PlayerState>;
/** Holds the state and tells the listeners when it has changed. */
export declare class PlayerStore {
    #private;
    get state(): Readonly<PlayerState>;
    /** @param {PlayerEvent} event */
    dispatch(event: PlayerEvent): void;
    /**
     * @param {(state: Readonly<PlayerState>, before: Readonly<PlayerState>) => void} listener
     * @returns {() => void} ends the subscription
     */
    subscribe(listener: (state: Readonly<PlayerState>, before: Readonly<PlayerState>) => void): () => void;
}
/**
 * Whether sound is being heard or waited for.
 *
 * @param {Readonly<Pick<PlayerState, 'status'>>} state
 */
export declare function isActive(state: Readonly<Pick<PlayerState, 'status'>>): boolean;
/**
 * @param {number} speed  anything; what is no number becomes 1
 * @returns {number}  within `SPEEDS`
 */
export declare function clampSpeed(speed: number): number;
