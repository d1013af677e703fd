export type Strings = import('./strings.js').Strings;
export type Shortcut = keyof Strings['shortcuts'] | 'back' | 'forward' | 'stop';
/**
 * The shortcut that a key press means, if any.
 *
 * @param {KeyboardEvent} event
 * @returns {Shortcut | null}
 */
export declare function shortcutOf(event: KeyboardEvent): Shortcut | null;
export declare class ShortcutHelp {
    #private;
    /** @param {ShadowRoot} root */
    constructor(root: ShadowRoot);
    /** Whether the listener has left the keys on. */
    get on(): boolean;
    get open(): boolean;
    /** @param {Strings} strings */
    show(strings: Strings): void;
}
