/**
 * A failure in plain words, with what can be done next where that is known.
 *
 * @param {Failure} failure
 * @param {Strings} strings
 * @param {number | null} [wait]  seconds that are left of the wait that it asks for
 */
export function explain(failure: Failure, strings: Strings, wait?: number | null): string;
/**
 * @param {number} seconds
 * @returns {string}  `0:07`, `12:34`, `1:02:03`
 */
export function formatTime(seconds: number): string;
export namespace MORE {
    let waiting: string;
    let stop: string;
    let position: string;
    let speed: string;
    let back: string;
    let forward: string;
    let rewind: string;
    let skip: string;
    let more: string;
    let volume: string;
    let mute: string;
    let voice: string;
    let usualVoice: string;
    let anyLanguage: string;
    let sample: string;
    let sampleText: string;
    let backToText: string;
    let words: string;
    let bar: string;
    let continuous: string;
    let download: string;
    let help: string;
    let keys: string;
    let close: string;
    let browserVoice: string;
    let readyAgain: string;
    namespace shortcuts {
        export let toggle: string;
        export let slower: string;
        export let faster: string;
        export let captions: string;
        let help_1: string;
        export { help_1 as help };
    }
    let gestures: Readonly<Record<string, string>>;
    let controls: string;
    function progress(position: string, duration: string): string;
    function waitFor(seconds: number): string;
    let errors: Readonly<Record<string, string>>;
    let somethingWrong: string;
}
export type Failure = import("./player-store.js").Failure;
export type Strings = Readonly<typeof MORE & Record<"listen" | "pause" | "resume" | "again" | "goOn" | "retry" | "tapToHear", string>>;
