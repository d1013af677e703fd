export type Strings = import('./strings.js').Strings;
export type Shortcut = keyof Strings['shortcuts'] | 'back' | 'forward' | 'stop';
/** The speeds that keys go through, slowest first: fine steps about the voice's own, then coarser ones. */
export declare const SPEED_STEPS: readonly number[];
/**
 * Whether what happens is somebody writing.
 *
 * @param {Event} event
 */
export declare function isWriting(event: Event): boolean;
/**
 * Does what a key press means, if anything.
 *
 * @param {KeyboardEvent} event
 * @param {import('./saywell-player.js').SaywellPlayer} player
 */
export declare function press(event: KeyboardEvent, player: import('./saywell-player.js').SaywellPlayer): void;
export declare class ShortcutHelp {
    #private;
    /** @param {ShadowRoot} root */
    constructor(root: ShadowRoot);
    /** Whether the keys work: as the listener has chosen, else as the page asks. @param {boolean} asked */
    isOn(asked: boolean): boolean;
    get open(): boolean;
    /**
     * @param {Strings} strings
     * @param {boolean} asked  whether the page wants keys to work
     */
    show(strings: Strings, asked: boolean): void;
}
