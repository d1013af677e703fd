// What the speaker buttons say, in the order of languages.js, one a line.

/** @type {string} */
export const WORDS = `Écouter
Pause
Reprendre
Réécouter
Écouter la suite
Réessayer
Touchez pour écouter
Le serveur vocal est injoignable. Vérifiez la connexion et réessayez.`;
