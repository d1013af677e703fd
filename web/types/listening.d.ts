import { Gateway } from './gateway.js';
import { SaywellSpeaker } from './saywell-speaker.js';
import { Written } from './written.js';
export type Speech = import('./playback.js').Speech;
export type Failure = import('./player-store.js').Failure;
export type PlayerState = import('./player-store.js').PlayerState;
export type Message = import('./saywell-player.js').Message;
export type Host = {
    player: import('./saywell-player.js').SaywellPlayer;
    root: ShadowRoot;
    audio: HTMLAudioElement;
    store: import('./player-store.js').PlayerStore;
    messages: import('./messages.js').Messages;
    gateway: () => import('./gateway.js').Gateway;
    /**
     * whether the listener's plan allows sound to be made ahead
     */
    mayPrefetch: () => boolean;
    /**
     * whether the gateway counts how it is listened to, and the page lets it
     */
    mayTell: () => boolean;
    showOn: (message: Element, speaker: SaywellSpeaker) => void;
};
/**
 * What the element lends.
 *
 * @typedef {object} Host
 * @property {import('./saywell-player.js').SaywellPlayer} player
 * @property {ShadowRoot} root
 * @property {HTMLAudioElement} audio
 * @property {import('./player-store.js').PlayerStore} store
 * @property {import('./messages.js').Messages} messages
 * @property {() => import('./gateway.js').Gateway} gateway
 * @property {() => boolean} mayPrefetch  whether the listener's plan allows sound to be made ahead
 * @property {() => boolean} mayTell  whether the gateway counts how it is listened to, and the page lets it
 * @property {(message: Element, speaker: SaywellSpeaker) => void} showOn
 */
export { Gateway };
export type Heard = {
    message: Element | null;
    name: unknown;
    written: Written;
};
/** What is heard: the message as it was found, if it is on the page, and its text. */
/** @typedef {{ message: Element | null, name: unknown, written: Written }} Heard */
export declare class Listening {
    #private;
    /** What the sleep timer was set to. @type {number | null} */
    sleepMinutes: number | null;
    /** @param {Host} host */
    constructor(host: Host);
    /** What is heard, if it is on the page. */
    get message(): Element | null;
    /** The element has left the page. */
    depart(): void;
    /** The page is being left. */
    leavePage(): void;
    /** @param {Message} message */
    speak(message: Message): void;
    /** Reads a message after what is heard, and after those that were queued before. @param {Message} message */
    queue(message: Message): void;
    /** Reads a message and then those that follow it on the page. @param {Message} message */
    speakFrom(message: Message): void;
    /** Ends the listening in a while. @param {number | null} minutes  null: not at all */
    sleep(minutes: number | null): void;
    /** @param {Message} message @param {string} piece */
    write(message: Message, piece: string): void;
    /** @param {Message} message */
    complete(message: Message): void;
    /**
     * @param {AsyncIterable<string> | Iterable<string>} pieces
     * @param {{ message?: Message, voice?: string, language?: string }} options
     */
    speakStream(pieces: AsyncIterable<string> | Iterable<string>, { message, ...wishes }: {
        message?: Message;
        voice?: string;
        language?: string;
    }): Promise<void>;
    /** @param {string} text @param {{ voice?: string, language?: string }} options */
    speakText(text: string, options: {
        voice?: string;
        language?: string;
    }): void;
    pause(): void;
    resume(): void;
    stop(): void;
    /** @param {number} position  seconds */
    seek(position: number): void;
    /** @param {number} sentences */
    skip(sentences: number): void;
    /** @param {number} words */
    skipWords(words: number): void;
    /** @param {number} speed */
    setSpeed(speed: number): void;
    /** What is heard goes on in another voice, from the present sentence. */
    changeVoice(): void;
    voices(): Promise<import("./gateway.js").Voice[]>;
    /** @param {string | null} voice */
    sample(voice: string | null): Promise<void>;
    /** What is chosen has changed, or what attributes say. */
    refresh(): void;
    /** Nothing more is to be read by itself. */
    forgetQueue(): void;
    /** @param {Element} message */
    prefetch(message: Element): void;
    /** @param {Element} message */
    download(message: Element): Promise<void>;
    showHelp(): void;
    /** The messages on the page may be others now. */
    onScan(): void;
    /** @param {Element} message @param {boolean} isTalk */
    onComplete(message: Element, isTalk: boolean): void;
    /** A reply that is not complete has changed. @param {Element} message @param {boolean} isTalk */
    onGrowth(message: Element, isTalk: boolean): void;
    /** What is heard has changed on the page. @param {MutationRecord[]} changes */
    onChange(changes: MutationRecord[]): void;
}
