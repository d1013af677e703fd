import { SaywellSpeaker } from './saywell-speaker.js';
export type PlayerState = import('./player-store.js').PlayerState;
export type Choices = import('./preferences.js').Choices;
export declare class Dock {
    #private;
    /** Everything that stands at the foot of the page. */
    foot: HTMLDivElement;
    /**
     * @param {ShadowRoot} root
     * @param {import('./saywell-player.js').SaywellPlayer} player
     * @param {{ inView: () => void, read: () => Range | null, back: () => void }} deeds  the speaker at the message has come into view or left
     *   it; what is read, where it is marked; back to it
     */
    constructor(root: ShadowRoot, player: import('./saywell-player.js').SaywellPlayer, { inView, read, back }: {
        inView: () => void;
        read: () => Range | null;
        back: () => void;
    });
    /**
     * Says where the controls are wanted.
     *
     * @param {Readonly<PlayerState>} state
     * @param {Readonly<Choices>} choices
     * @param {{ speaker: SaywellSpeaker | null, message: Element | null, title: string }} where
     */
    place(state: Readonly<PlayerState>, choices: Readonly<Choices>, where: {
        speaker: SaywellSpeaker | null;
        message: Element | null;
        title: string;
    }): void;
    /** The page scrolls, or something else is read: once it is still, offers the way back to what is out of view. */
    settle(): void;
    /** @param {Readonly<PlayerState>} state @param {Readonly<Choices>} choices */
    show(state: Readonly<PlayerState>, choices: Readonly<Choices>): void;
    leave(): void;
}
/** Assistive technology has the message itself, and is not told twice. */
export declare class CaptionBar {
    #private;
    /** @param {Element} root */
    constructor(root: Element);
    /**
     * @param {Readonly<PlayerState>} state
     * @param {boolean} wanted
     */
    show({ status, position, captions }: Readonly<PlayerState>, wanted: boolean): void;
}
/** Whether there is too little room for the controls. @param {Element} speaker */
export declare function isTight(speaker: Element): boolean;
/**
 * Whether what a speaker stands on is dark, whatever the page says of its colour scheme.
 *
 * @param {Element} speaker
 */
export declare function isDark(speaker: Element): boolean;
