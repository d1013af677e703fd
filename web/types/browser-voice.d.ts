export type Script = import('./gateway.js').Script;
export type Speech = import('./playback.js').Speech;
export type Piece = import('./browser-script.js').Piece;
export type Word = import('./browser-script.js').Word;
export type Failure = import('./player-store.js').Failure;
export type PlayerStore = import('./player-store.js').PlayerStore;
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
    clock?: import('./clock.js').Clock;
};
/**
 * @typedef {object} VoiceSurroundings
 * @property {PlayerStore} store
 * @property {(speech: Speech, signal: AbortSignal) => Promise<Script>} script  asks the gateway
 * @property {() => string} [language]  the page's
 * @property {SpeechSynthesis | undefined} [synthesis]
 * @property {import('./clock.js').Clock} [clock]
 */
export declare class BrowserVoice {
    #private;
    /** @param {VoiceSurroundings} surroundings */
    constructor({ store, script, language, synthesis, clock }: VoiceSurroundings);
    /** Whether there is a voice. */
    get ready(): boolean;
    /** Whether there is a voice, or may yet be: lists of voices arrive late. */
    get hopeful(): boolean;
    /**
     * @param {Speech} speech
     * @param {Failure | null} [instead]  why it is not the gateway
     * @param {number} [_position]
     * @param {import('./session.js').Place} [from]  begins with the sentence that is there
     */
    speak(speech: Speech, instead?: Failure | null, _position?: number, from?: import('./session.js').Place): void;
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
    tick(): number;
}
/**
 * The one that was asked for by name; else the best of this language: of this very country, by what it is
 * called, and then one that needs no network.
 *
 * @param {SpeechSynthesisVoice[]} voices
 * @param {string} language
 * @param {string | null} name
 */
export declare function pickVoice(voices: SpeechSynthesisVoice[], language: string, name: string | null): SpeechSynthesisVoice | null;
