// What the speaker buttons say, in the order of languages.js, one a line.

/** @type {string} */
export const WORDS = `Słuchaj
Wstrzymaj
Wznów
Słuchaj ponownie
Posłuchaj reszty
Spróbuj ponownie
Dotknij, aby słuchać
Serwer mowy jest nieosiągalny. Sprawdź połączenie i spróbuj ponownie.`;
