// What the speaker buttons say, in the order of languages.js, one a line.

/** @type {string} */
export const WORDS = `Luisteren
Pauze
Verder
Opnieuw luisteren
De rest horen
Opnieuw proberen
Tik om te luisteren
De spraakserver is niet bereikbaar. Controleer de verbinding en probeer opnieuw.`;
