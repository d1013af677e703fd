// What the speaker buttons say, in the order of languages.js, one a line.

/** @type {string} */
export const WORDS = `Anhören
Pause
Weiter
Noch einmal anhören
Den Rest hören
Erneut versuchen
Zum Hören tippen
Der Sprachserver ist nicht erreichbar. Prüfen Sie die Verbindung und versuchen Sie es erneut.`;
