// Every other word, in the order of words.js, one a line.

/** @type {string} */
export const WORDS = `Luisteren is nu uitgeschakeld.
Hier is niets voor te lezen.
Dit antwoord is te lang om voor te lezen.
Dat was veel tegelijk.
Je luistertijd is voorlopig op.
De gratis luistertijd is op. Log in om meer te horen.
Er luisteren nu veel mensen.
Er is nu geen stem beschikbaar. Probeer het zo nog eens.
Er is nog geen stem voor deze taal.
Log in om te luisteren.
Je mag dit antwoord niet beluisteren.
Je bent offline. Het antwoord is te horen zodra de verbinding terug is.
Dit geluid is er niet meer. Probeer opnieuw.
Het geluid brak af. Probeer opnieuw om verder te gaan.
Het geluid kwam niet aan.
Deze browser kan het geluid niet afspelen.
Deze browser heeft geen eigen stem.
De pagina kon niet zeggen wie luistert. Probeer opnieuw of log opnieuw in.
Wacht op de rest van het antwoord.
Stop
Positie
Snelheid
Vorige zin
Volgende zin
Tien seconden terug
Tien seconden vooruit
Meer
Volume
Dempen
Stem
Gewone stem
Elke taal
Voorbeeld horen
vrouwelijk
mannelijk
experimenteel
Terug naar wat wordt gelezen
Woorden markeren
Ondertitels
Tik op een woord om erheen te gaan
Nieuwe antwoorden voorlezen
Nieuwe antwoorden onderbreken
Vanaf hier verder lezen
Slaaptimer
Downloaden
Sneltoetsen
Deze toetsen gebruiken
Sluiten
Voorgelezen door de stem van de browser.
Je kunt het nu opnieuw proberen.
Luisteren of pauze
Langzamer
Sneller
Ondertitels aan of uit
Deze hulp
Op een woord: vanaf daar luisteren
Op “Luisteren”: hierna horen
vijf seconden terug of vooruit
In de speler: {0}
Bediening
{0} van {1}
Probeer opnieuw {0}.
Dit antwoord kan niet worden voorgelezen.`;
