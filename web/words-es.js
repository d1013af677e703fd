// Every other word, in the order of words.js, one a line.

/** @type {string} */
export const WORDS = `La escucha está desactivada por ahora.
Aquí no hay nada que leer.
Esta respuesta es demasiado larga para leerla.
Eso fue mucho de una vez.
Tu tiempo de escucha se ha agotado por ahora.
El tiempo gratuito se ha agotado. Inicia sesión para oír más.
Hay muchas personas escuchando ahora.
No hay ninguna voz disponible. Inténtalo dentro de un momento.
Aún no hay voz para este idioma.
Inicia sesión para escuchar.
No puedes escuchar esta respuesta.
Estás sin conexión. Podrás oír la respuesta cuando vuelva.
Este sonido ya no existe. Reinténtalo.
El sonido se cortó. Reinténtalo para continuar.
El sonido no llegó.
Este navegador no puede reproducir el sonido.
Este navegador no tiene voz propia.
La página no pudo decir quién escucha. Reinténtalo o inicia sesión de nuevo.
Esperando el resto de la respuesta.
Detener
Posición
Velocidad
Frase anterior
Frase siguiente
Diez segundos atrás
Diez segundos adelante
Más
Volumen
Silenciar
Voz
Voz habitual
Cualquier idioma
Oír una muestra
femenina
masculina
experimental
Volver a lo que se lee
Marcar las palabras
Subtítulos
Tocar una palabra para ir a ella
Leer respuestas nuevas
Las respuestas nuevas interrumpen
Leer desde aquí en adelante
Temporizador
Descargar
Atajos de teclado
Usar estas teclas
Cerrar
Leído por la voz del navegador.
Ya puedes reintentarlo.
Escuchar o pausar
Más lento
Más rápido
Mostrar u ocultar subtítulos
Esta ayuda
Sobre una palabra: escuchar desde ahí
En «Escuchar»: oír a continuación
cinco segundos atrás o adelante
En el reproductor: {0}
Controles de escucha
{0} de {1}
Reinténtalo {0}.
Esta respuesta no se puede leer.`;
