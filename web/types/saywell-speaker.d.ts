export type PlayerState = import('./player-store.js').PlayerState;
export type Strings = import('./strings.js').Strings;
export type Wishes = {
    /**
     * the speaker button was pressed
     */
    toggle: () => void;
    stop: () => void;
    /**
     * seconds
     */
    seek: (position: number) => void;
    setSpeed: (speed: number) => void;
    skip: (sentences: number) => void;
    /**
     * turns it on or off
     */
    choose: (choice: keyof Choices) => void;
    download: () => void;
    help: () => void;
    /**
     * shows the present state again
     */
    refresh: () => void;
};
export type Choices = {
    words: boolean;
    bar: boolean;
    continuous: boolean;
};
export declare class SaywellSpeaker extends HTMLElement {
    #private;
    /** @type {Wishes} */
    wishes: Wishes;
    /** @type {Strings} */
    strings: Strings;
    constructor();
    connectedCallback(): void;
    disconnectedCallback(): void;
    /**
     * @param {Readonly<PlayerState> | null} state  null while another message, or none, is heard
     * @param {Choices} [choices]
     */
    show(state: Readonly<PlayerState> | null, choices?: Choices): void;
    /**
     * Says what went wrong. A wait is counted down, which only the eye gets second by second.
     *
     * @param {import('./player-store.js').Failure | null} failure
     */
    tell(failure: import('./player-store.js').Failure | null): void;
    /**
     * Puts the keyboard on the speaker button.
     *
     * @override
     */
    focus(): void;
}
