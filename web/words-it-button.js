// What the speaker buttons say, in the order of languages.js, one a line.

/** @type {string} */
export const WORDS = `Ascolta
Pausa
Riprendi
Ascolta di nuovo
Ascolta il resto
Riprova
Tocca per ascoltare
Il server vocale non è raggiungibile. Controlla la connessione e riprova.`;
