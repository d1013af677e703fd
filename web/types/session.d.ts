import { Gathering } from './gathering.js';
export type AudioSource = import('./audio-source.js').AudioSource;
export type PlayerError = import('./gateway.js').PlayerError;
export type Speech = {
    /**
     * which message this is, as the caller names it
     */
    message: unknown;
    /**
     * the reply as the application has it
     */
    text: string;
    messageId?: string | null;
    voice?: string | null;
    provider?: string | null;
    /**
     * of the text, BCP 47; absent: found in it
     */
    language?: string;
    /**
     * the byte of the reply to go on from
     */
    startAt?: number | null;
    /**
     * the text as it is being written; `text` is what there was of it
     */
    written?: import('./written.js').Written;
};
/** @typedef {import('./audio-source.js').AudioSource} AudioSource */
/** @typedef {import('./gateway.js').PlayerError} PlayerError */
/**
 * What is to be heard.
 *
 * @typedef {object} Speech
 * @property {unknown} message  which message this is, as the caller names it
 * @property {string} text  the reply as the application has it
 * @property {string | null} [messageId]
 * @property {string | null} [voice]
 * @property {string | null} [provider]
 * @property {string} [language]  of the text, BCP 47; absent: found in it
 * @property {number | null} [startAt]  the byte of the reply to go on from
 * @property {import('./written.js').Written} [written]  the text as it is being written; `text` is what there was of it
 */
/** One listening. Everything asynchronous holds on to the session it belongs to and checks it. */
export declare class Session {
    speech: Speech;
    source: import("./audio-source.js").AudioSource;
    askedAt: number;
    from: Place;
    abort: AbortController;
    /** Whether the listener wants sound now. */
    wanted: boolean;
    /** Whether all the sound has been handed to the element. */
    fed: boolean;
    /** Why no more sound will come; told only when what has come is used up. @type {PlayerError | null} */
    broken: PlayerError | null;
    /** Who speaks it while it is written, and from where on at present. @type {{ awaitsWriter: boolean, base?: { byte: number, second: number } } | null} */
    writing: {
        awaitsWriter: boolean;
        base?: {
            byte: number;
            second: number;
        };
    } | null;
    gathering: Gathering;
    /** Whether the word that was wanted has been found. */
    placed: boolean;
    /** Whether sound is held back until there is more. */
    held: boolean;
    /**
     * @param {Speech} speech
     * @param {AudioSource} source
     * @param {number} askedAt
     * @param {Place} from
     */
    constructor(speech: Speech, source: AudioSource, askedAt: number, from: Place);
}
export type Place = {
    byte: number;
    second: number;
    made: number;
    exact?: boolean;
};
/**
 * Where sound begins that does not begin at the start: in the sentence with a byte of the text, from a second on,
 * which is a guess. `made`: how much there is from the start on; `exact`: the very word at that byte is wanted.
 *
 * @typedef {{ byte: number, second: number, made: number, exact?: boolean }} Place
 */
export declare const START: Readonly<{
    byte: 0;
    second: 0;
    made: 0;
}>;
/** The reply as far as it is there. @param {Session} session */
export declare function textOf({ speech }: Session): string;
