export type Rendition = import('./player-store.js').Rendition;
export type Failure = import('./player-store.js').Failure;
/** @typedef {import('./player-store.js').Rendition} Rendition */
/** @typedef {import('./player-store.js').Failure} Failure */
/** Why there is no sound. `code` is the gateway's, or `unreachable` when it gave no answer at all. */
export declare class PlayerError extends Error {
    code: string;
    retryAfterSeconds: number | null;
    words: string | null;
    /**
     * @param {string} code
     * @param {string} [message]  what the gateway said of it; absent: the code says enough
     * @param {{ retryAfterSeconds?: number | null, words?: string | null, cause?: unknown }} [details]  `words`: what it says of it to a listener, in English
     */
    constructor(code: string, message?: string, details?: {
        retryAfterSeconds?: number | null;
        words?: string | null;
        cause?: unknown;
    });
    /** @returns {Failure} */
    toFailure(): Failure;
}
export type SpeechRequest = {
    /**
     * the reply as the application has it
     */
    text: string;
    /**
     * `webm`, `mp4` or `mp3`
     */
    format: string;
    messageId?: string | null;
    voice?: string | null;
    provider?: string | null;
    /**
     * BCP 47; absent: found in the text
     */
    language?: string;
    /**
     * make it ahead, for nobody yet
     */
    prefetch?: boolean;
    /**
     * the byte of the text to go on from
     */
    startAt?: number | null;
};
export type Voice = {
    id: string;
    name: string;
    provider: string;
    language: string;
    gender?: string | null;
    experimental?: boolean;
};
export type Script = {
    language: string | null;
    continuesAt?: number | null;
    utterances: {
        text: string;
        source: [number, number];
        language?: string | null;
    }[];
};
export type Token = string | ((refused?: string) => string | null | Promise<string | null>) | null;
/**
 * @typedef {object} SpeechRequest
 * @property {string} text  the reply as the application has it
 * @property {string} format  `webm`, `mp4` or `mp3`
 * @property {string | null} [messageId]
 * @property {string | null} [voice]
 * @property {string | null} [provider]
 * @property {string} [language]  BCP 47; absent: found in the text
 * @property {boolean} [prefetch]  make it ahead, for nobody yet
 * @property {number | null} [startAt]  the byte of the text to go on from
 */
/** @typedef {{ id: string, name: string, provider: string, language: string, gender?: string | null, experimental?: boolean }} Voice */
/**
 * What would be said of a reply, without any sound.
 *
 * @typedef {{ language: string | null, continuesAt?: number | null, utterances: { text: string, source: [number, number], language?: string | null }[] }} Script
 */
/**
 * A JWT or an API key, or what gives the present one; `refused` is the one that the gateway would not take,
 * so that one that was kept is not given again.
 *
 * @typedef {string | ((refused?: string) => string | null | Promise<string | null>) | null} Token
 */
export declare class Gateway {
    #private;
    /**
     * @param {string | URL} base  the gateway's address; its paths are appended
     * @param {typeof globalThis.fetch} [fetch]
     * @param {Token} [token]  sent with what needs to know the caller; signed links do without
     */
    constructor(base: string | URL, fetch?: typeof globalThis.fetch, token?: Token);
    /**
     * Asks for a reply to be spoken. The answer comes at once, before there is any sound.
     *
     * @param {SpeechRequest} request
     * @param {AbortSignal} signal
     * @returns {Promise<Rendition>}
     */
    ask(request: SpeechRequest, signal: AbortSignal): Promise<Rendition>;
    /**
     * What would be said of a reply: for a voice that is not the gateway's.
     *
     * @param {{ text: string, messageId?: string | null, language?: string, startAt?: number | null }} request
     * @param {AbortSignal} signal
     * @returns {Promise<Script>}
     */
    script(request: {
        text: string;
        messageId?: string | null;
        language?: string;
        startAt?: number | null;
    }, signal: AbortSignal): Promise<Script>;
    /**
     * The voices on offer.
     *
     * @param {AbortSignal} signal
     * @returns {Promise<Voice[]>}
     */
    voices(signal: AbortSignal): Promise<Voice[]>;
    /** A voice introduces itself, in its own language. @param {string} id @param {AbortSignal} signal */
    sample(id: string, signal: AbortSignal): Promise<Blob>;
    /**
     * The sound or the captions, as they are made. Aborting tells the gateway that this listener has left.
     *
     * @param {string} url
     * @param {AbortSignal} signal
     * @returns {Promise<ReadableStream<Uint8Array<ArrayBuffer>>>}
     */
    open(url: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array<ArrayBuffer>>>;
    /**
     * A reply's sound as one file.
     *
     * @param {SpeechRequest} request
     * @param {AbortSignal} signal
     */
    file(request: SpeechRequest, signal: AbortSignal): Promise<Blob>;
    /**
     * What was made ahead has no use any more. Arrives also from a page that is being left.
     *
     * @param {Rendition} rendition
     */
    giveUp({ url }: Rendition): Promise<void>;
    /**
     * Tells how a reply is listened to, to a gateway that counts it. Arrives also from a page that is being left.
     *
     * @param {import('./figures.js').Figure} figure
     */
    tell(figure: import('./figures.js').Figure): Promise<void>;
    /**
     * A connection that takes a reply as it is written; docs/STREAM.md has what is said on it.
     *
     * @param {boolean} [anew]  with a new token: it was refused, perhaps for the one it had
     */
    socket(anew?: boolean): Promise<WebSocket>;
    /** An address of the gateway, whole. @param {string} path */
    address(path: string): string;
}
/** Something is there, but it is not the gateway, or not one of this version. @param {unknown} [cause] */
export declare function unreadable(cause?: unknown): PlayerError;
