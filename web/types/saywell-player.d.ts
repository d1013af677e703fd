export type Token = import('./gateway.js').Token;
export type Listening = import('./listening.js').Listening;
export type PlayerState = import('./player-store.js').PlayerState;
export type Choices = import('./preferences.js').Choices;
export type Strings = import('./strings.js').Strings;
export type Message = Element | string;
/** On a server there are no elements, and importing this does nothing. */
declare const Base: {
    new (): HTMLElement;
    prototype: HTMLElement;
};
/**
 * Attributes:
 * - `messages`: CSS selector of the assistant's messages
 * - `server`: address of the gateway; empty or absent: this page's own origin
 * - `token`: a JWT or an API key; see the property for one that changes
 * - `voice`, `provider`: asked for; absent: the gateway's defaults; `provider="browser"`: the
 *   browser's own voice
 * - `fallback`: `off`: the browser's own voice does not step in where the gateway cannot speak
 * - `speed`: 0.5 to 3
 * - `captions`: the spoken sentence and word are marked in the message; `bar`: and shown at the foot
 * - `continuous`: new replies are read by themselves, in order, each from its first finished sentence on;
 *   `cut`: at once, in place of what is heard
 * - `conversation`: its name: whether new replies are read is then chosen for each
 * - `taps`: `off`: a tap on a word of what is heard does not go there
 * - `prefetch`: the newest reply is made ahead
 * - `shortcuts`: keys work on the whole page
 * - `icons`: speakers are an icon without a word
 * - `figures`: what is heard, and how much of it, is told by `saywell:listening`; `off` keeps it from a gateway that counts, too
 * - `theme`: `light` or `dark`; absent: as the page
 *
 * Attributes without a value are off when absent or `off`. What the listener chooses is remembered
 * and wins over `speed`, `captions` and `continuous`.
 *
 * A message may carry its Markdown (`data-markdown`, or a child `<template data-markdown>`), its
 * name (`data-message-id`), and the place for its speaker (a descendant `[data-saywell-place]`).
 * One that is being written is `aria-busy="true"`, or inside something that is.
 *
 * @fires SaywellPlayer#statechange  after every change of `state`
 * @fires SaywellPlayer#speechstart  sound is heard for the first time; `detail`: the state
 * @fires SaywellPlayer#speechend  a message was heard to its end
 * @fires SaywellPlayer#speecherror  `detail`: the `Failure`
 * @fires SaywellPlayer#choicechange  the listener has turned something on or off; `detail`: `choices`
 * @fires SaywellPlayer#captionchange  another sentence is spoken; `detail`: its `Caption`
 * @fires SaywellPlayer#saywell:listening  with `figures`; bubbles; `detail`: a `Figure` of figures.js
 */
export declare class SaywellPlayer extends Base {
    #private;
    static observedAttributes: string[];
    constructor();
    /** @returns {Readonly<PlayerState>} */
    get state(): Readonly<PlayerState>;
    /**
     * What a message says, where the attributes do not tell; returns null to leave it to them.
     *
     * @returns {(message: Element) => string | null}
     */
    get textOf(): (message: Element) => string | null;
    set textOf(read: (message: Element) => string | null);
    /**
     * What tells the gateway who is listening, or a function that gives the present one.
     *
     * @returns {Token}
     */
    get token(): Token;
    set token(token: Token);
    /**
     * Words to show in place of those of the page's language, English where it is none of languages.js.
     *
     * @returns {Strings}
     */
    get strings(): Strings;
    /** @param {Partial<Strings>} words */
    set strings(words: Partial<Strings>);
    /** What the listener has turned on. */
    get choices(): Readonly<import("./preferences.js").Choices>;
    connectedCallback(): void;
    disconnectedCallback(): void;
    /** @param {string} name */
    attributeChangedCallback(name: string): void;
    /**
     * Finds messages in further places: a shadow root, or the document of a frame of the same origin.
     *
     * @param {Document | ShadowRoot} root
     */
    observe(root: Document | ShadowRoot): void;
    /**
     * Starts, pauses or goes on, whichever a press of the message's speaker button would.
     *
     * @param {Element | null} [message]  absent: what is heard, or the newest
     */
    toggle(message?: Element | null): void;
    /**
     * Reads a message from its start, or the rest of one that was too long for once. One that is still being
     * written is read as it is written. Call it in a click, or the browser may refuse; then the state is
     * `blocked` and the message's speaker says "Tap to hear".
     *
     * @param {Message | null} [message]  absent: the newest
     */
    speak(message?: Message | null): void;
    /**
     * Reads a message after what is heard, and after those that were queued before; at once where nothing is.
     *
     * @param {Message} message
     */
    queue(message: Message): void;
    /**
     * Reads a message, or goes on with it, and then reads those that follow it on the page.
     *
     * @param {Message | null} [message]  absent: what is heard, or the newest
     */
    speakFrom(message?: Message | null): void;
    /**
     * Pauses in a while, and reads nothing by itself from then on until something is pressed.
     *
     * @param {number | null} minutes  null: not at all
     */
    sleep(minutes: number | null): void;
    /** What `sleep` was set to, in minutes, while it is to come; else null. */
    get sleepMinutes(): number | null;
    /**
     * Adds to a message that is being written. It can be listened to from its first words; in continuous mode
     * it is read from its first finished sentence on. The first piece after `complete` begins it anew.
     *
     * @param {Message} message
     * @param {string} piece  of the reply as the model writes it, of any size
     */
    write(message: Message, piece: string): void;
    /**
     * A message that was written by `write` is all there.
     *
     * @param {Message} message
     */
    complete(message: Message): void;
    /**
     * Reads a text as it comes, a message's or anybody's. Call it in a click.
     *
     * @param {AsyncIterable<string> | Iterable<string>} pieces
     * @param {{ message?: Message, voice?: string, language?: string }} [options]
     * @returns {Promise<void>}  when all of it has been written, which is before it has all been heard
     */
    speakStream(pieces: AsyncIterable<string> | Iterable<string>, options?: {
        message?: Message;
        voice?: string;
        language?: string;
    }): Promise<void>;
    /**
     * Reads any text. Call it in a click.
     *
     * @param {string} text  plain or Markdown
     * @param {{ voice?: string, language?: string }} [options]
     */
    speakText(text: string, options?: {
        voice?: string;
        language?: string;
    }): void;
    pause(): void;
    resume(): void;
    /** Ends the listening and forgets what was to be read next. */
    stop(): void;
    /** @param {number} position  seconds */
    seek(position: number): void;
    /**
     * Goes some sentences on, or back.
     *
     * @param {number} sentences
     */
    skip(sentences: number): void;
    /**
     * Goes some words on, or back.
     *
     * @param {number} words
     */
    skipWords(words: number): void;
    /** @param {number} speed  0.5 to 3 */
    setSpeed(speed: number): void;
    /** How loud it is, 0 to 1. */
    get volume(): number;
    get muted(): boolean;
    /** @param {number} volume  0 to 1 */
    setVolume(volume: number): void;
    /** @param {boolean} muted */
    mute(muted: boolean): void;
    /**
     * The voice that is asked for: as the listener has chosen for the language of what is heard, else as the page asks.
     *
     * @returns {string | null}  null: the gateway's own
     */
    get voice(): string | null;
    /** The voice that is asked for a message. @param {Element | null} message  null: any text @returns {string | null} */
    voiceFor(message: Element | null): string | null;
    /**
     * Chooses a voice, and remembers it for the language (`lang`) of what is heard, else of the page; what is heard goes on in it from the present sentence.
     *
     * @param {string | null} id  null: the page's, or the gateway's own
     */
    chooseVoice(id: string | null): void;
    /**
     * The voices on offer, whoever listens: one that the listener's plan leaves out is refused when it is asked for.
     *
     * @returns {Promise<import('./gateway.js').Voice[]>}
     */
    voices(): Promise<import('./gateway.js').Voice[]>;
    /**
     * Lets a voice introduce itself.
     *
     * @param {string | null} id
     */
    sample(id: string | null): Promise<void>;
    /**
     * Turns on or off what a listener can choose, and remembers it.
     *
     * @param {keyof Choices} choice
     * @param {boolean} [on]  absent: the other way round
     */
    choose(choice: keyof Choices, on?: boolean): void;
    /**
     * Has a message made ahead, in an idle moment; nothing is heard.
     *
     * @param {Element | null} [message]  absent: the newest
     */
    prefetch(message?: Element | null): void;
    /**
     * Saves a message as one MP3 file.
     *
     * @param {Element | null} [message]  absent: what is heard, or the newest
     * @throws {import('./gateway.js').PlayerError}
     */
    download(message?: Element | null): Promise<void>;
    /** Shows the list of shortcuts. */
    showHelp(): void;
    /** Loads what it takes to speak, so that the first press need not wait for it. */
    load(): Promise<void>;
}
export {};
