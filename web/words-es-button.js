// What the speaker buttons say, in the order of languages.js, one a line.

/** @type {string} */
export const WORDS = `Escuchar
Pausa
Continuar
Escuchar de nuevo
Oír el resto
Reintentar
Toca para escuchar
No se puede contactar con el servidor de voz. Revisa la conexión y reinténtalo.`;
