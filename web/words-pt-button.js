// What the speaker buttons say, in the order of languages.js, one a line.

/** @type {string} */
export const WORDS = `Ouvir
Pausar
Continuar
Ouvir de novo
Ouvir o resto
Tentar de novo
Toque para ouvir
O servidor de voz não responde. Verifique a ligação e tente de novo.`;
