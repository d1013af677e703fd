// Every other word, in the order of words.js, one a line.

/** @type {string} */
export const WORDS = `A audição está desligada neste momento.
Não há nada para ler aqui.
Esta resposta é longa demais para ser lida.
Foi muito de uma só vez.
O seu tempo de audição acabou por agora.
O tempo gratuito acabou. Inicie sessão para ouvir mais.
Há muitas pessoas a ouvir agora.
Não há nenhuma voz disponível. Tente daqui a pouco.
Ainda não há voz para este idioma.
Inicie sessão para ouvir.
Não pode ouvir esta resposta.
Está sem ligação. Poderá ouvir a resposta quando ela voltar.
Este som já não existe. Tente de novo.
O som foi interrompido. Tente de novo para continuar.
O som não chegou.
Este navegador não consegue reproduzir o som.
Este navegador não tem voz própria.
A página não soube dizer quem ouve. Tente de novo ou inicie sessão outra vez.
À espera do resto da resposta.
Parar
Posição
Velocidade
Frase anterior
Próxima frase
Dez segundos para trás
Dez segundos para a frente
Mais
Volume
Silenciar
Voz
Voz habitual
Qualquer idioma
Ouvir uma amostra
feminina
masculina
experimental
Voltar ao que é lido
Marcar as palavras
Legendas
Tocar numa palavra para ir até lá
Ler novas respostas
As novas respostas interrompem
Ler daqui em diante
Temporizador
Transferir
Atalhos de teclado
Usar estas teclas
Fechar
Lido pela voz do navegador.
Já pode tentar de novo.
Ouvir ou pausar
Mais lento
Mais rápido
Mostrar ou ocultar legendas
Esta ajuda
Numa palavra: ouvir a partir daí
Em «Ouvir»: ouvir a seguir
cinco segundos para trás ou para a frente
No leitor: {0}
Controlos de audição
{0} de {1}
Tente de novo {0}.
Esta resposta não pode ser lida.`;
