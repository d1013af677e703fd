// A server between the page and the gateway, on one origin. It passes everything on, and where a
// test says so it refuses, breaks off or answers in the gateway's place. That way a fault is the
// same for every engine, which a driver's own network tricks are not.

import { readFile } from 'node:fs/promises';
import { createServer, request as ask } from 'node:http';
import { connect } from 'node:net';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

const PAGES = new URL('../pages/', import.meta.url);
/** Set: the player's modules are those of this tree, not those built into the gateway, so that a change is tried without a build. */
const OWN_PLAYER = process.env.SAYWELL_WEB === 'tree';
/** Runs before anything of the page's own; `probe.js` says what for. */
const PROBE = '<script src="/test/probe.js"></script>';
const TYPES = /** @type {Record<string, string>} */ ({ '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css' });
/** The policy of docs/EMBED.md, for the test's own pages. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; media-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/**
 * One request as it came in.
 *
 * @typedef {object} Visit
 * @property {string} method
 * @property {string} path  with its query
 * @property {any} body  of a POST with JSON, else null
 * @property {import('node:http').IncomingHttpHeaders} headers
 * @property {boolean} left  whether the browser went away before the answer was whole
 */

/**
 * What a test wants done with a request instead of passing it on.
 *
 * @typedef {{ json: unknown, status?: number, headers?: Record<string, string> }
 *   | { break: true }
 *   | { holdAfter: number }} Deed
 * `break` cuts the connection; `holdAfter` lets that many bytes of the answer out, and no more until `cut`
 */

export class Front {
  /** @type {Visit[]} */
  visits = [];
  /** What the gateway has answered in JSON. @type {any[]} */
  answers = [];
  /** What was asked for and not given, other than by a test's rule: not every console tells. @type {string[]} */
  refusals = [];
  /** @type {(visit: Visit) => Deed | null} */
  rule = () => null;
  /** Pages and scripts of a test's own, by path. @type {Map<string, { text: string, type?: string, policy?: string }>} */
  pages = new Map();
  /** WebSockets, at the browser's end. @type {Set<import('node:stream').Duplex>} */
  #joined = new Set();
  /** WebSockets that were opened, by the time. @type {number[]} */
  lines = [];
  /** Whether WebSockets are let through. */
  joins = true;
  /** Connections that have had all they were allowed. @type {import('node:net').Socket[]} */
  #held = [];
  #server = createServer((request, response) => void this.#serve(request, response));
  #gateway;

  /** @param {string} gateway  its address */
  constructor(gateway) {
    this.#gateway = new URL(gateway);
    this.#server.on('upgrade', (request, socket, head) => this.#join(request, socket, head));
  }

  /** @returns {Promise<string>} */
  async listen() {
    await new Promise((resolve) => this.#server.listen(0, '127.0.0.1', () => resolve(null)));
    const address = this.#server.address();
    if (typeof address !== 'object' || !address) throw new Error('the front server has no address');
    return `http://127.0.0.1:${address.port}/`;
  }

  /** Forgets what was seen and what was to be done. */
  reset() {
    this.cut();
    this.visits = [];
    this.answers = [];
    this.refusals = [];
    this.rule = () => null;
    this.lines = [];
    this.joins = true;
  }

  /** Cuts every WebSocket. */
  hangUp() {
    for (const socket of this.#joined) socket.destroy();
  }

  /** Cuts every connection that has had all it was allowed. Whoever reads has got that by then, if the test has seen so. */
  cut() {
    for (const socket of this.#held.splice(0)) socket.destroy();
  }

  /**
   * @param {string} method
   * @param {RegExp} path
   */
  seen(method, path) {
    return this.visits.filter((visit) => visit.method === method && path.test(visit.path));
  }

  async stop() {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /**
   * @param {import('node:http').IncomingMessage} request
   * @param {import('node:http').ServerResponse} response
   */
  async #serve(request, response) {
    const path = request.url ?? '/';
    if (path.startsWith('/test/')) return this.#page(path, response);
    const module = OWN_PLAYER && /^\/player\/([\w-]+\.js)$/.exec(path)?.[1];
    if (module) {
      const text = await readFile(new URL(`../../${module}`, import.meta.url));
      return void response.writeHead(200, { 'Content-Type': TYPES['.js'], 'Cache-Control': 'no-cache' }).end(text);
    }
    const asset = OWN_PLAYER && /^\/(?:demo\/)?([\w-]+\.(?:js|css))$/.exec(path)?.[1];
    const own = asset && (await readFile(new URL(`../../demo/${asset}`, import.meta.url)).catch(() => null));
    if (own) return void response.writeHead(200, { 'Content-Type': TYPES[extname(asset)], 'Cache-Control': 'no-cache' }).end(own);
    const page = OWN_PLAYER && /^\/admin\/([\w-]+\.(?:js|css))$/.exec(path)?.[1];
    if (page) return void response.writeHead(200, { 'Content-Type': TYPES[extname(page)], 'Cache-Control': 'no-cache' }).end(await readFile(new URL(`../../admin/${page}`, import.meta.url)));
    // Browsers ask for it by themselves, and complain when there is none.
    if (path === '/favicon.ico') return void response.writeHead(204).end();
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    /** @type {Visit} */
    const visit = { method: request.method ?? '', path, body: parsed(body), headers: request.headers, left: false };
    this.visits.push(visit);
    response.on('close', () => (visit.left = !response.writableFinished));
    const deed = this.rule(visit);
    if (deed && 'break' in deed) {
      request.socket.destroy();
      return;
    }
    if (deed && 'json' in deed) {
      response.writeHead(deed.status ?? 200, { 'Content-Type': 'application/json', ...deed.headers });
      response.end(JSON.stringify(deed.json));
      return;
    }
    this.#pass(request, response, body, deed?.holdAfter ?? Infinity);
  }

  /**
   * @param {import('node:http').IncomingMessage} request
   * @param {import('node:http').ServerResponse} response
   * @param {Buffer} body
   * @param {number} allowed  bytes that go out; then nothing comes until the connection is cut
   */
  #pass(request, response, body, allowed) {
    const headers = { ...request.headers };
    // A page is never the browser's kept one: it would lack the probe.
    if (headers.accept?.includes('text/html')) delete headers['if-none-match'];
    const onward = ask(
      { host: this.#gateway.hostname, port: this.#gateway.port, path: request.url, method: request.method, headers, agent: false },
      (answer) => {
        if ((answer.statusCode ?? 0) >= 400) this.refusals.push(`${answer.statusCode} for ${request.method} ${request.url}`);
        const html = answer.headers['content-type']?.startsWith('text/html');
        if (html) {
          const parts = /** @type {Buffer[]} */ ([]);
          answer.on('data', (part) => parts.push(part));
          answer.on('end', () => {
            const page = withProbe(Buffer.concat(parts).toString());
            const { 'content-length': _, ...rest } = answer.headers;
            // Where an engine's window is too wide for a test, the page is looked at in a frame.
            if (request.headers['sec-fetch-dest'] === 'iframe') {
              delete rest['x-frame-options'];
              rest['content-security-policy'] = String(rest['content-security-policy']).replace("frame-ancestors 'none'", "frame-ancestors 'self'");
            }
            response.writeHead(answer.statusCode ?? 502, rest).end(page);
          });
          return;
        }
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        if (answer.headers['content-type']?.startsWith('application/json')) {
          const parts = /** @type {Buffer[]} */ ([]);
          answer.on('data', (part) => parts.push(part));
          answer.on('end', () => this.answers.push(parsed(Buffer.concat(parts))));
        }
        let sent = 0;
        answer.on('data', (/** @type {Buffer} */ part) => {
          const fits = part.subarray(0, Math.max(0, allowed - sent));
          sent += part.length;
          if (sent >= allowed) {
            answer.pause();
            response.write(fits);
            this.#held.push(request.socket);
          } else if (!response.write(fits)) {
            answer.pause();
            response.once('drain', () => answer.resume());
          }
        });
        answer.on('end', () => response.end());
        answer.on('error', () => response.destroy());
      },
    );
    response.on('close', () => onward.destroy());
    onward.on('error', () => response.destroy());
    onward.end(body);
  }

  /**
   * Joins a WebSocket with the gateway's.
   *
   * @param {import('node:http').IncomingMessage} request
   * @param {import('node:stream').Duplex} socket
   * @param {Buffer} head  what came with it already
   */
  #join(request, socket, head) {
    if (!this.joins) return void socket.destroy();
    this.#joined.add(socket);
    socket.on('close', () => this.#joined.delete(socket));
    this.lines.push(Date.now());
    const { hostname, port } = this.#gateway;
    const onward = connect(Number(port), hostname);
    const lines = request.rawHeaders.map((value, at) => (at % 2 ? `${value}\r\n` : `${value}: `));
    onward.write(`${request.method} ${request.url} HTTP/1.1\r\n${lines.join('')}\r\n`);
    onward.write(head);
    socket.pipe(onward).pipe(socket);
    for (const [end, other] of /** @type {[import('node:stream').Duplex, import('node:stream').Duplex][]} */ ([[socket, onward], [onward, socket]])) {
      end.on('error', () => other.destroy());
      end.on('close', () => other.destroy());
    }
  }

  /**
   * @param {string} path
   * @param {import('node:http').ServerResponse} response
   */
  async #page(path, response) {
    const own = this.pages.get(path);
    if (own) {
      const type = TYPES[own.type ?? '.html'] ?? '';
      response.writeHead(200, { 'Content-Type': type, 'Content-Security-Policy': own.policy ?? POLICY, 'Cache-Control': 'no-store' });
      response.end(withProbe(own.text));
      return;
    }
    const name = new URL(path, 'http://front').pathname.slice('/test/'.length);
    const file = /^[\w.-]+$/.test(name) ? await readFile(fileURLToPath(new URL(name, PAGES))).catch(() => null) : null;
    if (file === null) {
      this.refusals.push(`404 for ${path}`);
      response.writeHead(404).end();
      return;
    }
    const type = TYPES[extname(name)] ?? 'application/octet-stream';
    response.writeHead(200, { 'Content-Type': type, 'Content-Security-Policy': POLICY, 'Cache-Control': 'no-store' });
    response.end(extname(name) === '.html' ? withProbe(file.toString()) : file);
  }
}

/** @param {string} page */
function withProbe(page) {
  return page.replace(/<head>/, `<head>${PROBE}`);
}

/** @param {Buffer} body */
function parsed(body) {
  try {
    return JSON.parse(body.toString());
  } catch {
    return null;
  }
}
