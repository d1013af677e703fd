export type Script = import('./gateway.js').Script;
export type Speech = import('./playback.js').Speech;
export type Caption = import('./player-store.js').Caption;
export type Failure = import('./player-store.js').Failure;
export type PlayerStore = import('./player-store.js').PlayerStore;
export type Piece = {
    text: string;
    language: string | null;
    start: number;
    end: number;
};
export type VoiceSurroundings = {
    store: PlayerStore;
    /**
     * asks the gateway
     */
    script: (speech: Speech, signal: AbortSignal) => Promise<Script>;
    /**
     * the page's
     */
    language?: () => string;
    synthesis?: SpeechSynthesis | undefined;
    now?: () => number;
    after?: (task: () => void, ms: number) => unknown;
    cancel?: (timer: any) => void;
};
/**
 * @typedef {object} VoiceSurroundings
 * @property {PlayerStore} store
 * @property {(speech: Speech, signal: AbortSignal) => Promise<Script>} script  asks the gateway
 * @property {() => string} [language]  the page's
 * @property {SpeechSynthesis | undefined} [synthesis]
 * @property {() => number} [now]
 * @property {(task: () => void, ms: number) => unknown} [after]
 * @property {(timer: any) => void} [cancel]
 */
export declare class BrowserVoice {
    #private;
    /** @param {VoiceSurroundings} surroundings */
    constructor({ store, script, ...rest }: VoiceSurroundings);
    /** Whether there is a voice to count on. */
    get ready(): boolean;
    /**
     * @param {Speech} speech
     * @param {Failure | null} [instead]  why it is not the gateway
     */
    speak(speech: Speech, instead?: Failure | null): void;
    pause(): void;
    resume(): void;
    stop(): void;
    /** Ends the listening without a word about it. */
    leave(): void;
    /** @param {number} position  seconds; goes to the word that is said then */
    seek(position: number): void;
    /** @param {number} speed */
    setSpeed(speed: number): void;
    /** Brings the position up to now, between the words that the engine tells of, if it does. */
    tick(): void;
}
/**
 * The one that was asked for by name; else of this very language, then one that needs no network.
 *
 * @param {SpeechSynthesisVoice[]} voices
 * @param {string} language
 * @param {string | null} name
 */
export declare function pickVoice(voices: SpeechSynthesisVoice[], language: string, name: string | null): SpeechSynthesisVoice | null;
