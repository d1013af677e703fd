// Every other word, in the order of words.js, one a line.

/** @type {string} */
export const WORDS = `L’ascolto è disattivato al momento.
Qui non c’è nulla da leggere.
Questa risposta è troppo lunga per essere letta.
Era molto in una volta.
Il tuo tempo di ascolto è esaurito per ora.
Il tempo gratuito è esaurito. Accedi per ascoltare ancora.
Molte persone stanno ascoltando ora.
Nessuna voce è disponibile al momento. Riprova tra poco.
Non c’è ancora una voce per questa lingua.
Accedi per ascoltare.
Non puoi ascoltare questa risposta.
Sei offline. Potrai ascoltare la risposta quando torna la connessione.
Questo audio non c’è più. Riprova.
L’audio si è interrotto. Riprova per continuare.
L’audio non è arrivato.
Questo browser non può riprodurre l’audio.
Questo browser non ha una voce propria.
La pagina non ha potuto dire chi ascolta. Riprova o accedi di nuovo.
In attesa del resto della risposta.
Ferma
Posizione
Velocità
Frase precedente
Frase successiva
Dieci secondi indietro
Dieci secondi avanti
Altro
Volume
Muto
Voce
Voce abituale
Qualsiasi lingua
Ascolta un esempio
femminile
maschile
sperimentale
Torna a ciò che si legge
Evidenzia le parole
Sottotitoli
Tocca una parola per andarci
Leggi le nuove risposte
Le nuove risposte interrompono
Leggi da qui in poi
Timer
Scarica
Scorciatoie da tastiera
Usa questi tasti
Chiudi
Letto dalla voce del browser.
Ora puoi riprovare.
Ascolta o pausa
Più lento
Più veloce
Mostra o nascondi i sottotitoli
Questo aiuto
Su una parola: ascolta da lì
Su «Ascolta»: ascolta dopo
cinque secondi indietro o avanti
Nel lettore: {0}
Comandi di ascolto
{0} di {1}
Riprova {0}.
Questa risposta non può essere letta.`;
