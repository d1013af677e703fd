/**
 * @param {object} surroundings
 * @param {HTMLAudioElement} surroundings.audio
 * @param {() => number} surroundings.place  how far the sound has got, in seconds of the whole
 * @param {(() => void)[]} surroundings.remedies  tried one after the other until one helps; the last again and again
 * @param {import('./clock.js').Clock} surroundings.clock
 * @returns {(wanted: boolean) => void}  looks every now and then, for as long as sound is wanted
 */
export declare function standstill({ audio, place, remedies, clock }: {
    audio: HTMLAudioElement;
    place: () => number;
    remedies: (() => void)[];
    clock: import('./clock.js').Clock;
}): (wanted: boolean) => void;
