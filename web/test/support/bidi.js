// As much of W3C WebDriver BiDi as the suite needs, for the driver that speaks it.

import WebSocket from 'ws';

export class BiDi {
  #socket;
  #last = 0;
  /** @type {Map<number, { resolve: (value: any) => void, reject: (reason: Error) => void }>} */
  #asked = new Map();

  /**
   * @param {WebSocket} socket
   * @param {(event: string, params: any) => void} hear
   */
  constructor(socket, hear) {
    this.#socket = socket;
    socket.on('message', (data) => {
      const { id, type, result, error, message, method, params } = JSON.parse(String(data));
      const question = this.#asked.get(id);
      if (type === 'event') hear(method, params);
      else if (type === 'success') question?.resolve(result);
      else question?.reject(new Error(`BiDi: ${error}: ${message}`));
      this.#asked.delete(id);
    });
    socket.on('close', () => {
      for (const { reject } of this.#asked.values()) reject(new Error('BiDi: the browser has gone'));
    });
  }

  /**
   * @param {string} url  the session's `webSocketUrl`
   * @param {(event: string, params: any) => void} hear  called for every event
   * @returns {Promise<BiDi>}
   */
  static connect(url, hear) {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url);
      socket.once('open', () => resolve(new BiDi(socket, hear)));
      socket.once('error', reject);
    });
  }

  /**
   * @param {string} method
   * @param {object} params
   * @returns {Promise<any>}
   */
  ask(method, params) {
    this.#last += 1;
    const id = this.#last;
    this.#socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve, reject) => this.#asked.set(id, { resolve, reject }));
  }

  close() {
    this.#socket.close();
  }
}
