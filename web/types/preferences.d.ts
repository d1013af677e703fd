export type Choices = {
    words: boolean;
    bar: boolean;
    taps: boolean;
    continuous: boolean;
    cut: boolean;
};
/**
 * What a listener turns on and off.
 *
 * @typedef {{ words: boolean, bar: boolean, taps: boolean, continuous: boolean, cut: boolean }} Choices
 */
/**
 * What is on: as the listener has chosen, else as the page asks.
 *
 * @param {Element} player  with the page's wishes as its attributes
 * @returns {Readonly<Choices>}
 */
export declare function choicesOf(player: Element): Readonly<Choices>;
/**
 * What a choice is kept as. Whether new replies are read is chosen for each conversation that the page names.
 *
 * @param {Element} player
 * @param {string} choice
 */
export declare function keptAs(player: Element, choice: string): string;
/**
 * Whether an attribute that needs no value is there and not switched off.
 *
 * @param {Element} element
 * @param {string} name
 */
export declare function isOn(element: Element, name: string): boolean;
/**
 * @param {string} name
 * @returns {string | null}
 */
export declare function remembered(name: string): string | null;
/**
 * @param {string} name
 * @param {string | number | boolean} value
 */
export declare function remember(name: string, value: string | number | boolean): void;
/** @param {string} name */
export declare function forget(name: string): void;
/** Whether the listener's browser asks pages to be sparing. */
export declare function isSaving(): boolean;
